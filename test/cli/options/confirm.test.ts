import { expect, it } from "vitest";
import { UsageError } from "../../../cli/errors.ts";
import { confirm } from "../../../cli/options/confirm.ts";
import { InterruptedError } from "../../../cli/run/interrupt.ts";
import { FakeTerminal } from "../fake-terminal.ts";

it.each([
  ["y\r", true],
  ["yes\r", true],
  ["n\r", false],
  ["\r", false],
  ["maybe\r\u0015y\r", true], // asked again
  ["\u0004", false],
])("takes %j for %s", async (keys, expected) => {
  const terminal = new FakeTerminal();
  const answer = confirm("Begin?", terminal);
  await terminal.type(keys);

  expect(await answer).toBe(expected);
  expect(terminal.shown()[0]).toBe("? Begin? (y/N)");
  expect(terminal.rawModes).toEqual([true, false]);
});

it("ends at Ctrl-C", async () => {
  const terminal = new FakeTerminal();
  const answer = confirm("Begin?", terminal);
  await terminal.type("\u0003");

  await expect(answer).rejects.toThrow(InterruptedError);
  expect(terminal.rawModes).toEqual([true, false]);
});

it("asks nobody where there is no terminal", async () => {
  const { input, output } = new FakeTerminal();
  const piped = { input: Object.assign(input, { isTTY: false }), output };

  await expect(confirm("Begin?", piped)).rejects.toThrow(
    new UsageError(
      "this asks before it begins, and there is no terminal: pass --yes (-y) to begin unasked",
    ),
  );
});
