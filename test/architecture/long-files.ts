/** Files of more than 300 lines, and why each is one file. */
export const LONG_FILES: Record<string, string> = {
  ".ci/template/every-job.test.ts": "one deployed stack, through which its jobs run in their order",
  "bench/soak/soak.ts": "one loop, whose steps share all its state",
  "fake-slack/organization/routine.ts": "data: what people of an organization do, how often",
  "fake-slack/organization/stories.ts": "data: the incidents that a demo shows",
  "lib/ocsf/mappings.ts": "data: what each action is in OCSF",
  "lib/slack/types/listed-actions.ts": "data: the actions that Slack lists",
  "test/architecture/rules.ts": "data: the map",
  "test/fake-slack/organization.test.ts": "one week of entries, generated once for all its tests",
  "test/infra/config/parse.test.ts": "cases: what each setting refuses",
  "test/ingest/ingest.test.ts": "to be split",
  "test/simulation/mutants.ts": "data: what is broken on purpose",
  "test/simulation/writers.ts": "every writer of a scenario, on the same stores",
  "test/simulation/platform.ts":
    "the stores and Slack of a scenario, which share its time and its faults",
  "test/local/verified-reading.test.ts": "each kind of damage, over one archive",
  "test/seal/verify.test.ts": "to be split",
  "test/slack/client.test.ts": "to be split",
  "test/slack/retry.test.ts": "to be split",
  "test/sql/audit-logs-view.test.ts": "cases: what the view makes of which entries",
  "test/sql/saved-query-rows.test.ts": "cases: what each saved query makes of which entries",
};
