import type { TestProject } from "vitest/node";
import { buildFunctions } from "../functions/build.ts";
import type { AuditLakeConfig } from "../infra/config/config.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The template that the functions' tests deploy, as `Template.toJSON()` gives it. */
    deployed: Record<string, unknown>;
  }
}

/** With everything that a function can be granted; a second source, of which the first has nothing. */
const DEPLOYED = {
  sources: [
    { name: "grid", firstStart: "2026-03-02T09:00:00Z" },
    { name: "acme", tokenRotation: true },
  ],
  closing: { sign: true },
  weeklyReport: { enabled: true },
  detection: {
    targets: {
      soc: { type: "slack", secret: "audit-lake/soc" },
      bus: {
        type: "eventbridge",
        busArn: "arn:aws:events:eu-central-1:111122223333:event-bus/security",
      },
    },
    routes: [{ severity: "high", targets: ["soc", "bus"] }],
  },
} satisfies Partial<AuditLakeConfig>;

/** Once: builds the functions, which every synthesized stack deploys, and synthesizes one stack. */
export default async function setup(project: TestProject): Promise<void> {
  await buildFunctions();
  const { synthesize } = await import("./infra/synthesize.ts");
  project.provide("deployed", synthesize(DEPLOYED).template.toJSON());
}
