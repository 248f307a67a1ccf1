import { reportError } from "./errors.ts";
import { createProgram } from "./program.ts";

// `| head` closes the pipe when it has enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

// What DuckDB writes has no mode of its own: columns, and what does not fit into memory.
process.umask(0o077);

const args = process.argv.slice(2);
try {
  const program = await createProgram(args);
  await program.parseAsync(args, { from: "user" });
} catch (error) {
  process.exitCode = reportError(error, args[0]);
}
