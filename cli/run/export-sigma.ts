import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Detection } from "../../lib/detect/correlation.ts";
import { toSigma, toYaml, type UnsaidRule } from "../../lib/detect/sigma.ts";

/**
 * Write a file of Sigma for each rule that Sigma can say; one that is there is replaced.
 *
 * @param directory - made when it is not there
 */
export async function exportSigma(
  directory: string,
  detections: readonly Detection[],
): Promise<{ files: number; unsaid: UnsaidRule[] }> {
  const { rules, unsaid } = toSigma(detections);
  await mkdir(directory, { recursive: true });
  for (const { id, documents } of rules) {
    await writeFile(join(directory, `slack_${id.replaceAll("-", "_")}.yml`), toYaml(documents));
  }
  return { files: rules.length, unsaid };
}
