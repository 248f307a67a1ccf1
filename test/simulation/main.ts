import { resolve } from "node:path";
import { loadEngine } from "./engine.ts";
import { simulate } from "./simulate.ts";

const engine = await loadEngine(resolve(import.meta.dirname, "../.."));
const from = Number(process.argv[2] ?? 1),
  to = Number(process.argv[3] ?? 100);
const t0 = performance.now();
for (let seed = from; seed <= to; seed++) {
  try {
    await simulate(engine, seed);
  } catch (e) {
    console.log("seed", seed, e);
    if (process.argv[4]) {
      const lines: string[] = [];
      await simulate(engine, seed, (l) => lines.push(l)).catch(() => {});
      console.log(lines.join("\n"));
      break;
    }
  }
}
const cpu = process.cpuUsage();
console.log(
  ((to - from + 1) / (performance.now() - t0)) * 1000,
  "seeds/s",
  (to - from + 1) / ((cpu.user + cpu.system) / 1e6),
  "per CPU s",
);
process.exit(0);
