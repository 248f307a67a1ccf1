import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { isAllowed, type Statement } from "../fakes/local-account/policy.ts";

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/0";
const PAGE = readFileSync(new URL("../../docs/operate/ocsf.md", import.meta.url), "utf8");
const [reader = "", trust = ""] = [...PAGE.matchAll(/```json\n(\{.*?\n\})\n```/gs)].map(
  ([, json = ""]) => json,
);
const STATEMENTS: Statement[] = JSON.parse(
  reader
    .replaceAll("EVENTS_BUCKET", "events")
    .replaceAll("REGION", "eu-central-1")
    .replace("KEY_ARN", KEY),
).Statement;

const FILE = "ext/slack-3002/1.5.0/region=r/accountId=1/eventDay=20260302/acme_r1_0.zstd.parquet";

const may = (action: string, resource: string, context: Record<string, string> = {}) =>
  isAllowed({ action, resource, context }, STATEMENTS);
const mayDecrypt = (bucket: string, service = "s3.eu-central-1.amazonaws.com") =>
  may("kms:Decrypt", KEY, {
    "kms:ViaService": service,
    "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}`,
  });

it("the policy of a subscriber lets it list and read the files of events", () => {
  expect(may("s3:GetObject", `arn:aws:s3:::events/${FILE}`)).toBe(true);
  expect(may("s3:ListBucket", "arn:aws:s3:::events", { "s3:prefix": "ext/slack-3002/" })).toBe(
    true,
  );
  expect(mayDecrypt("events")).toBe(true);
});

it("lets it do nothing else: not read marks or another bucket, write, remove, or use the key for more", () => {
  expect(may("s3:GetObject", "arn:aws:s3:::events/marks/1.5.0/source=acme/x")).toBe(false);
  expect(may("s3:GetObject", `arn:aws:s3:::archive/${FILE}`)).toBe(false);
  expect(may("s3:ListBucket", "arn:aws:s3:::events", { "s3:prefix": "" })).toBe(false);
  for (const action of ["s3:PutObject", "s3:DeleteObject"]) {
    expect(may(action, `arn:aws:s3:::events/${FILE}`)).toBe(false);
  }
  expect(mayDecrypt("archive")).toBe(false);
  expect(mayDecrypt("events", "secretsmanager.eu-central-1.amazonaws.com")).toBe(false);
});

it("is for a role that nobody takes without the external id", () => {
  expect(JSON.parse(trust).Statement).toMatchObject([
    { Action: "sts:AssumeRole", Condition: { StringEquals: { "sts:ExternalId": "EXTERNAL_ID" } } },
  ]);
});
