import { beforeEach, expect, it, vi } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";

let stderr: string;
beforeEach(() => {
  stderr = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

const MAY = Date.UTC(2026, 4, 1) / 1000;
const DAY = 86_400;

it.each<[string, string[], Record<string, unknown>, string]>([
  ["backfill", ["--to", "2026-05-01"], { until: MAY }, "use --until"],
  ["detect", ["--since", "2026-05-01"], { from: MAY }, "use --from"],
  ["verify", ["--to", "2026-05-01"], { until: MAY + DAY }, "use --until 2026-05-02 (excluded)"],
  ["seal", ["--close-delay", "3h"], { sealDelay: 10_800 }, "use --seal-delay"],
  ["demo", ["--days", "3"], { last: 3 * DAY }, "use --last 3d"],
  ["query", ["--athena"], { stack: DEFAULT_STACK_NAME }, "use --stack"],
  ["query", ["--athena", "--stack", "Other"], { stack: "Other" }, "use --stack"],
  ["query", ["--stack", "Other", "--athena"], { stack: "Other" }, "use --stack"],
])("%s %j is what it was, with a warning", async (name, args, options, advice) => {
  const program = await createProgram([name]);
  const command = program.commands.find((command) => command.name() === name);
  command?.parseOptions(args);

  expect(command?.opts()).toMatchObject(options);
  const former = args.find((arg) => /^--(to|since|close-delay|days|athena)$/.test(arg));
  expect(stderr).toBe(
    `audit-lake: ${former} is deprecated and goes away in the next release: ${advice}\n`,
  );
});
