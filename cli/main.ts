import { setFlatHeapFlags } from "../lib/run/flat-heap.ts";
import { reportError, toErrorLine } from "./errors.ts";
import { watchStandardOutput } from "./output/standard-output.ts";
import { createProgram } from "./program.ts";

watchStandardOutput(({ message }) => {
  process.stderr.write(toErrorLine(`cannot write to standard output: ${message}`));
});

// What DuckDB writes has no mode of its own: columns, and what does not fit into memory.
process.umask(0o077);

const args = process.argv.slice(2);
try {
  const program = await createProgram(args);
  setFlatHeapFlags();
  await program.parseAsync(args, { from: "user" });
} catch (error) {
  process.exitCode = reportError(error, args[0]);
}
