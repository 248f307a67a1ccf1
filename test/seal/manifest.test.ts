import { describe, expect, it } from "vitest";
import { manifestKey, manifestsPrefix, parseManifestKey } from "../../lib/archive/sealed-day.ts";
import {
  encodeManifest,
  hashOf,
  isReconciled,
  type Manifest,
  ManifestError,
  parseManifest,
} from "../../lib/seal/manifest.ts";
import { dayOf, startOfDay } from "../../lib/time.ts";
import { DAY, makeHour, makeManifest } from "./make-manifest.ts";

const KEY = `manifests/source=grid/dt=${DAY}.json`;

describe("a manifest", () => {
  it("has a key that says whose day it is", () => {
    expect(manifestKey("grid", DAY)).toBe(KEY);
    expect(KEY.startsWith(manifestsPrefix("grid"))).toBe(true);
    expect(parseManifestKey("grid", KEY)).toEqual({ day: DAY, revision: 1 });
    const second = `manifests/source=grid/dt=${DAY}.2.json`;
    expect(manifestKey("grid", DAY, 2)).toBe(second);
    expect(parseManifestKey("grid", second)).toEqual({ day: DAY, revision: 2 });
  });

  it.each([
    ["of another source", `manifests/source=acme/dt=${DAY}.json`],
    ["with something after it", `${KEY}.bak`],
    ["with the number of the first", `manifests/source=grid/dt=${DAY}.1.json`],
    ["with a padded number", `manifests/source=grid/dt=${DAY}.02.json`],
    ["that is hidden", `manifests/source=grid/.dt=${DAY}.json`],
  ])("is not known by a key %s", (_, key) => {
    expect(parseManifestKey("grid", key)).toBe(undefined);
  });

  it("comes back from its bytes", () => {
    const manifest = makeManifest({ lateness: { "1024": 3 } });
    expect(parseManifest(KEY, encodeManifest(manifest))).toEqual(manifest);
  });

  it("is one line, so that SQL reads it as a row", () => {
    const text = Buffer.from(encodeManifest(makeManifest())).toString();
    expect(text.indexOf("\n")).toBe(text.length - 1);
  });

  it("is known by the SHA-256 of its bytes", () => {
    expect(hashOf(Buffer.from("abc"))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("has the same bytes in whatever order its fields were given", () => {
    const manifest = makeManifest();
    const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as Manifest;
    expect(encodeManifest(reversed)).toEqual(encodeManifest(manifest));
  });

  it("covers all 24 hours", () => {
    const manifest = makeManifest();
    manifest.hours.pop();
    expect(() => encodeManifest(manifest)).toThrow();
  });

  it.each<[string, Partial<Manifest>, string]>([
    ["of another day", { day: "2026-03-03" }, "it is the manifest of 2026-03-03, source grid"],
    ["of another source", { source: "acme" }, `it is the manifest of ${DAY}, source acme`],
    ["whose totals are wrong", { late: 1 }, "its hours do not add up to late"],
    [
      "whose hours have changed places",
      { hours: makeManifest().hours.toReversed() },
      "hour 23 stands in the place of hour 0",
    ],
    [
      "with another hour's object",
      { hours: makeManifest().hours.with(9, { ...makeHour(10, 2), hour: 9 }) },
      "does not belong to hour 9",
    ],
    [
      "that lost an object",
      { hours: makeManifest().hours.with(9, { ...makeHour(9, 2), objects: [] }) },
      "the objects of hour 9 do not add up to archived",
    ],
  ])("is refused when it is one %s", (_, overrides, problem) => {
    const bytes = encodeManifest(makeManifest(overrides));
    expect(() => parseManifest(KEY, bytes)).toThrow(problem);
  });

  it.each([
    ["cut", encodeManifest(makeManifest()).subarray(0, 200), "it is not JSON"],
    ["of other text", Buffer.from("[]"), "it is not a manifest"],
    ["not of text", Buffer.from([0xff, 0xfe]), "it is not JSON"],
  ])("is refused when it is %s", (_, bytes, problem) => {
    expect(() => parseManifest(KEY, bytes)).toThrow(ManifestError);
    expect(() => parseManifest(KEY, bytes)).toThrow(problem);
  });
});

describe("a day", () => {
  it("begins at midnight, UTC", () => {
    expect(startOfDay(DAY)).toBe(Date.UTC(2026, 2, 2) / 1000);
    expect(dayOf(startOfDay(DAY))).toBe(DAY);
    expect(dayOf(startOfDay(DAY) - 1)).toBe("2026-03-01");
  });

  it("is reconciled when both sides hold the same entries, each once", () => {
    const totals = { listed: 5, archived: 5, only_in_archive: 0, twice: 0, differs: 0 };
    expect(isReconciled(totals)).toBe(true);
    expect(isReconciled({ ...totals, listed: 4 })).toBe(false);
    expect(isReconciled({ ...totals, listed: 4, only_in_archive: 1 })).toBe(false);
    expect(isReconciled({ ...totals, archived: 6, twice: 1 })).toBe(false);
    expect(isReconciled({ ...totals, differs: 1 })).toBe(false);
  });
});
