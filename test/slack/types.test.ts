import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "../..");
/** Published payloads, where they are at hand. */
const SAMPLES = join(ROOT, "../shared/samples");

/**
 * A body of /logs that has fields which Slack documents or has sent, as far as
 * the published clients have them or not.
 */
const KNOWN = {
  ok: true,
  warning: "",
  response_metadata: { next_cursor: "", messages: [""], warnings: [""] },
  entries: [
    {
      id: "",
      date_create: 1,
      action: "",
      actor: { type: "", user: { id: "", name: "", email: "", team: "", account_type: "" } },
      entity: {
        type: "",
        channel: { id: "", privacy: "MPDM", teams_shared_with: [""], is_salesforce_channel: true },
        app: { scopes_bot: [""], bot_scopes: [""], creator: "", distribution_type: "" },
        workflow_v2: { trigger_channels: [""], suspicious_keywords: [""] },
        barrier: { barriered_from_usergroups: [""], barriered_from_usergroup: "" },
        huddle: { participants: [""] },
      },
      context: {
        session_id: 1,
        acting_agent: "",
        agent_message: { team: "", channel_id: "", message_ts: "", thread_ts: "" },
        app: { id: "" },
      },
      details: {
        tool: "",
        arguments: {},
        client_ja3_fingerprint: "",
        client_ja4_fingerprint: "",
        user_agent_change_details: "",
        target_entity: "",
        target_user: "",
        policy_name: "",
        authentication_mode: "",
        entity_ids: "",
        destination_channel: "",
        source_channel: "",
        source_message: "",
        shared_with: { channel_id: "", access_level: "" },
        is_ext_shared: true,
        teams_shared_with: [""],
        new_retention_policy: { type: "", duration_days: 1 },
        old_retention_policy: { type: "", duration_days: 1 },
        detected_client: "",
        detected_os: "",
        api_call_method: "",
        ip_address_details: [""],
        matched_rule: { action: { resolution: { value: "" } }, condition: { operator: "" } },
        permissions: [{ resource: { type: "", grant: { wildcard: { type: "" } } } }],
        previous_profile: { real_name: "", image_1024: "" },
        mcp_server_allowlist_domains: [""],
        salesforce_tenant_guid: "",
      },
    },
  ],
};

/** `Missing<T, Sample>`: the paths in a sample that a type does not name. */
const MISSING = `
  type Item<T> = T extends readonly (infer E)[] ? E : never;
  type Names<T> = T extends unknown
    ? keyof { [K in keyof T as string extends K ? never : K]: 1 }
    : never;
  type At<T, K> = T extends unknown
    ? K extends keyof { [N in keyof T as string extends N ? never : N]: 1 }
      ? K extends keyof T ? NonNullable<T[K]> : never
      : never
    : never;
  /** An object whose fields are open on purpose, an unknown value. */
  type IsOpaque<T> = unknown extends T ? true : [Names<Exclude<T, readonly unknown[] | string>>] extends [never] ? true : false;
  export type Missing<T, S, Path extends string = ""> = S extends readonly unknown[]
    ? Missing<Item<T>, S[number], \`\${Path}[]\`>
    : S extends object
      ? IsOpaque<T> extends true
        ? never
        : { [K in keyof S & string]: K extends Names<T>
            ? Missing<At<T, K>, S[K], \`\${Path}.\${K}\`>
            : \`\${Path}.\${K}\` }[keyof S & string]
      : never;
`;

let directory: string;

beforeAll(() => {
  // Below the root, so that the compiler finds the types of Node.
  directory = mkdtempSync(join(ROOT, "node_modules/.types-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** What the compiler says of some lines that may use `Missing` and the client's types. */
async function compile(lines: string): Promise<string> {
  const index = JSON.stringify(join(ROOT, "lib/slack/index.ts"));
  writeFileSync(
    join(directory, "check.ts"),
    `import type * as slack from ${index};\n${lines}\n${MISSING}`,
  );
  const tsconfig = { extends: join(ROOT, "tsconfig.json"), include: ["check.ts"] };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(tsconfig));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  return run(process.execPath, [compiler, "--project", directory]).then(
    ({ stdout }) => stdout,
    ({ stdout }) => stdout,
  );
}

const lacksNothing = (type: string, sample: string) =>
  `declare const missing: Missing<slack.${type}, ${sample}>; export const none: never = missing;`;

describe("the types of what Slack sends", () => {
  it("have the fields that are known", async () => {
    writeFileSync(join(directory, "known.json"), JSON.stringify(KNOWN));
    const lines = `import known from "./known.json" with { type: "json" };`;
    expect(await compile(`${lines} ${lacksNothing("LogsBody", "typeof known")}`)).toBe("");
  });

  it("are found to lack a field that they lack", async () => {
    const sample = `{ entries: { details: { shared_with: { brand_new: string } } }[] }`;
    const output = await compile(lacksNothing("LogsBody", sample));
    expect(output).toContain(".entries[].details.shared_with.brand_new");
  });

  it.skipIf(!existsSync(SAMPLES)).each([
    ["LogsBody", "python-slack-sdk/test_response_logs_complete_skeleton.json"],
    ["LogsBody", "java-slack-sdk/skeleton_logs.json"],
    ["SchemasBody", "java-slack-sdk/skeleton_schemas.json"],
    ["ActionsBody", "java-slack-sdk/skeleton_actions.json"],
    ["ActionsBody", "java-slack-sdk/raw_actions.json"],
  ])("%s has every field of %s", async (type, file) => {
    const sample = `import sample from ${JSON.stringify(join(SAMPLES, file))} with { type: "json" };`;
    expect(await compile(`${sample} ${lacksNothing(type, "typeof sample")}`)).toBe("");
  });

  it("are open: names that nobody knows yet are accepted", async () => {
    const output = await compile(`
      const action: slack.ActionName = "brand_new";
      const known: slack.KnownAction = "user_login";
      const unlisted: slack.KnownAction = "salesforce_org_deleted";
      const privacy: slack.Channel["privacy"] = "brand_new";
      const entity: slack.Entity = { type: "brand_new", brand_new: { id: "X1" } };
      const untyped: slack.Entity = { user: { id: "W1" } };
      const details: slack.Details[] = [{ action: "allow" }, { action: { type: "allow" } }];
      declare const schemas: slack.SchemasBody;
      declare const actions: slack.ActionsBody;
      const kind: string | string[] | undefined = schemas.schemas[0]?.user?.email;
      const names: readonly slack.ActionName[] | undefined = actions.actions.huddle;
      // @ts-expect-error: a known action is one of the list
      const other: slack.KnownAction = "brand_new";
      export { action, details, entity, kind, known, names, other, privacy, unlisted, untyped };
    `);
    expect(output).toBe("");
  });
});
