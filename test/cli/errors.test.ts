import { CommanderError } from "commander";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { reportError, UsageError } from "../../cli/errors.ts";
import { InterruptedError } from "../../cli/run/interrupt.ts";
import { LeaseLostError, TokenMissingError } from "../../lib/ports.ts";
import { SlackConfigurationError } from "../../lib/slack/errors.ts";
import { QueryParameterError } from "../../lib/sql/saved-queries.ts";

let shown: unknown[];
beforeEach(() => {
  shown = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => shown.push(text) > 0);
  vi.spyOn(console, "error").mockImplementation((value) => shown.push(value));
});

describe("reportError", () => {
  it.each([
    [new UsageError("it is wrong"), 2],
    [new TokenMissingError("it is wrong"), 2],
    [new SlackConfigurationError("it is wrong"), 2],
    [new QueryParameterError("it is wrong"), 2],
    [Object.assign(new Error("it is wrong"), { code: "EACCES", syscall: "open" }), 2],
    [Object.assign(new Error("it is\n  wrong"), { code: "query_failed" }), 1],
  ])("shows %s in one line, and gives %i", (error, exitCode) => {
    expect(reportError(error)).toBe(exitCode);
    expect(shown).toEqual(["audit-lake: it is wrong\n"]);
  });

  it("names the file of which SQLite complains", () => {
    const full = Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR" });

    expect(reportError(full)).toBe(1);
    expect(shown).toEqual(["audit-lake: checkpoints.sqlite: database or disk is full\n"]);
  });

  it("names what may not be read, without the call of the operating system", () => {
    const cause = { code: "EACCES", errno: -13, syscall: "scandir", path: "/srv/audit" };
    const denied = Object.assign(
      new Error("EACCES: permission denied, scandir '/srv/audit'"),
      cause,
    );

    expect(reportError(denied)).toBe(2);
    expect(shown).toEqual(["audit-lake: /srv/audit: permission denied\n"]);
  });

  it("takes a missing region for a mistake in the call", () => {
    expect(reportError(new Error("Region is missing"))).toBe(2);
    expect(shown).toEqual([expect.stringMatching(/^audit-lake: there is no AWS region: .*\n$/)]);
  });

  it("shows our own errors in one line", () => {
    expect(reportError(new LeaseLostError("acme"))).toBe(1);
    expect(shown).toEqual([expect.stringMatching(/^audit-lake: .*"acme".*\n$/)]);
  });

  it.each([
    new TypeError("x is not a function"),
    Object.assign(new TypeError("bad argument"), { code: "ERR_INVALID_ARG_TYPE" }),
    "a thrown string",
  ])("shows all of a bug (%s)", (bug) => {
    expect(reportError(bug)).toBe(1);
    expect(shown).toEqual([bug]);
  });

  it.each([
    [new InterruptedError("interrupted"), 130],
    [new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"), 0],
    [new CommanderError(1, "commander.unknownOption", "printed before"), 2],
  ])("says nothing more about %s, and gives %i", (error, exitCode) => {
    expect(reportError(error)).toBe(exitCode);
    expect(shown).toEqual([]);
  });
});
