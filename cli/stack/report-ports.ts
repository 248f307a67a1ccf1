import { sealedHeadsOf } from "../../lib/archive/sealed-heads.ts";
import type { ReportPorts } from "../../lib/report/collect.ts";
import { describeScan } from "./athena-cost.ts";
import { Deployment } from "./deployment.ts";

/**
 * What a report of a deployed stack is made from: Athena, and its archive's manifests. The alerts
 * are those that the stack has kept: running the rules would read every object. The bytes scanned go to standard error.
 *
 * @param of.source - absent: all
 * @param of.hasAlertLog - whether its log of alerts is to be read
 */
export async function deployedReportPorts(
  stackName: string,
  version: string,
  {
    source,
    hasAlertLog,
    addresses,
  }: {
    source: string | undefined;
    hasAlertLog: boolean;
    addresses: ReportPorts["addresses"];
  },
  signal: AbortSignal,
): Promise<ReportPorts> {
  const deployment = await Deployment.find(stackName);
  if (source !== undefined) deployment.source(source);
  const { archive, checkpoints, database, stack } = deployment;
  const sources = source === undefined ? stack.sources.map(({ name }) => name) : [source];
  return {
    version,
    archive: `s3://${stack.archiveBucket}`,
    store: archive,
    sources,
    hasAlertLog,
    addresses,
    heads: await sealedHeadsOf(checkpoints, sources),
    readAll: async (statements, _days, take) => {
      const { taken, scannedBytes } = await database.readAll(statements, take, signal);
      console.error(`${statements.length} queries, ${describeScan(scannedBytes)}`);
      return taken;
    },
  };
}
