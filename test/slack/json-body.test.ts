import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlackBodyError } from "../../lib/slack/errors.ts";
import { parseJson, parseJsonBody } from "../../lib/slack/json-body.ts";

const problemOf = (text: string) => {
  try {
    parseJsonBody(new TextEncoder().encode(text));
  } catch (error) {
    expect(error).toBeInstanceOf(SlackBodyError);
    return (error as SlackBodyError).problem;
  }
  return "none";
};

describe("a body", () => {
  it.each([
    ['{"a":"ä"}', "none"],
    ["[]", "wrong_shape"],
    ["null", "wrong_shape"],
    ['"text"', "wrong_shape"],
    [" \n<!DOCTYPE html>", "html"],
    ["<?xml version='1.0'?>", "html"],
    ["", "cut"],
    ['{"entries":[{"id":"a"}', "cut"],
    ['{"entries":[{"id":"a"},', "cut"],
    ["upstream connect error", "not_json"],
    ['{"a":1}}', "not_json"],
    ['{"a":1,}', "not_json"],
  ])("%j is diagnosed as %s", (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it("is cut wherever an object is cut", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.json()), fc.nat(), (object, at) => {
        const whole = JSON.stringify(object);
        expect(problemOf(whole.slice(0, at % whole.length))).toBe("cut");
      }),
    );
  });

  it("is not quoted by the error", () => {
    const parse = () => parseJson('{"secret":nope}');
    expect(parse).toThrow(SlackBodyError);
    expect(parse).not.toThrow(/secret|nope/);
    expect(parse).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  });
});
