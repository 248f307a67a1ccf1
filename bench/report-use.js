// Preloaded into a process that is measured: says on descriptor 3 what it has used, as it ends.
import { writeSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  writeSync(3, JSON.stringify({ cpuSeconds, peakMemoryMiB: maxRSS / 1024 }));
});
