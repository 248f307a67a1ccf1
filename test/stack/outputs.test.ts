import { describe, expect, it } from "vitest";
import {
  DEFAULT_STACK_NAME,
  DeployedStackError,
  parseStackOutputs,
} from "../../lib/stack/outputs.ts";
import packageJson from "../../package.json" with { type: "json" };
import { synthesize } from "../infra/synthesize.ts";

/** As CloudFormation tells them; what only a deployment knows stays a reference. */
function outputsOf(sources: Parameters<typeof synthesize>[0]) {
  const { template } = synthesize(sources);
  return Object.entries(template.findOutputs("*")).map(([OutputKey, { Value, Description }]) => ({
    OutputKey,
    OutputValue: typeof Value === "string" ? Value : JSON.stringify(Value),
    Description,
  }));
}

describe("parseStackOutputs", () => {
  it("reads what the stack puts out", () => {
    const outputs = outputsOf({
      closing: { sign: true },
      sources: [
        { name: "zeta", schedule: "15m" },
        {
          name: "acme-gov",
          apiBase: "https://api.slack-gov.com/audit/v1/",
          enabled: false,
        },
      ],
    });
    const stack = parseStackOutputs(DEFAULT_STACK_NAME, "eu-central-1", outputs);

    expect(stack).toEqual({
      name: "SlackAuditLake",
      region: "eu-central-1",
      archiveBucket: expect.stringContaining("ArchiveBucket"),
      database: "slack_audit_lake",
      workgroup: "slack-audit-lake",
      checkpointTable: expect.stringContaining("IngestionCheckpoints"),
      archiveStartsOn: "2026-01-01",
      signingKey: expect.stringContaining("ClosingSigningKey"),
      version: packageJson.version,
      sources: [
        {
          name: "acme-gov",
          tokenSecret: expect.stringContaining("Ingestionacmegov"),
          slackApi: "https://api.slack-gov.com/audit/v1/",
          functionName: expect.stringContaining("IngestionacmegovFunction"),
          intervalSeconds: undefined,
          backfillMachine: undefined,
          sealingMachine: undefined,
        },
        {
          name: "zeta",
          tokenSecret: expect.stringContaining("Ingestionzeta"),
          slackApi: "https://api.slack.com/audit/v1/",
          functionName: expect.stringContaining("IngestionzetaFunction"),
          intervalSeconds: 900,
          backfillMachine: expect.stringContaining("Backfillzeta"),
          sealingMachine: expect.stringContaining("Closingzeta"),
        },
      ],
    });
  });

  it.each(["Workgroup", "SlackApiacme"])("names the output %s that is missing", (missing) => {
    const outputs = outputsOf({}).filter(({ OutputKey }) => OutputKey !== missing);
    const read = () => parseStackOutputs("Lake", "eu-central-1", outputs);

    expect(read).toThrow(DeployedStackError);
    expect(read).toThrow(new RegExp(`no output ${missing.replace("acme", " of acme")}: deploy`));
  });
});
