import { describe, expect, it } from "vitest";
import { type IamCall, isAllowed, type Statement } from "./policy.ts";

const call = (context: IamCall["context"] = {}): IamCall => ({
  action: "s3:PutObject",
  resource: "arn:aws:s3:::archive/audit_logs/source=acme/a.gz",
  context,
});
const allow = (statement: Partial<Statement> = {}): Statement => ({
  Effect: "Allow",
  Action: "s3:PutObject",
  Resource: "arn:aws:s3:::archive/audit_logs/source=acme/*",
  ...statement,
});

describe("the evaluation of policies", () => {
  it.each([
    ["what a statement names", allow(), true],
    ["an action written otherwise", allow({ Action: ["S3:putobject"] }), true],
    ["one of several resources", allow({ Resource: ["arn:aws:s3:::other/*", "*"] }), true],
    ["no other action", allow({ Action: "s3:GetObject" }), false],
    ["no resource that only begins alike", allow({ Resource: "arn:aws:s3:::archive" }), false],
    ["no point for any character", allow({ Resource: "arn:aws:s3...archive/*" }), false],
  ])("allows %s", (_what, statement, allowed) => {
    expect(isAllowed(call(), [statement])).toBe(allowed);
  });

  it("lets a refusal win, wherever it is", () => {
    const deny = allow({ Effect: "Deny", Action: "s3:*", Resource: "*" });
    expect(isAllowed(call(), [allow(), deny])).toBe(false);
    expect(isAllowed(call(), [allow()], [deny])).toBe(false);
  });

  const KEYS = "dynamodb:LeadingKeys";
  it.each<[string, Statement["Condition"], IamCall["context"], boolean]>([
    ["Null: false, key there", { Null: { k: "false" } }, { k: "*" }, true],
    ["Null: false, key not there", { Null: { k: "false" } }, {}, false],
    ["Null: true, key not there", { Null: { k: "true" } }, {}, true],
    ["StringEquals", { StringEquals: { k: ["a", "b"] } }, { k: "b" }, true],
    ["StringEquals takes no patterns", { StringEquals: { k: "a*" } }, { k: "ab" }, false],
    ["StringLike", { StringLike: { k: "a*" } }, { k: "ab" }, true],
    ["StringLike, key not there", { StringLike: { k: "*" } }, {}, false],
    ["both of two conditions", { StringLike: { k: "a*", l: "b" } }, { k: "a", l: "c" }, false],
    ["all values", { "ForAllValues:StringLike": { [KEYS]: "a*" } }, { [KEYS]: ["ab", "b"] }, false],
    ["all of no values", { "ForAllValues:StringLike": { [KEYS]: "a" } }, {}, true],
  ])("judges conditions: %s", (_what, Condition, context, allowed) => {
    expect(isAllowed(call(context), [allow({ Condition })])).toBe(allowed);
  });

  it.each<Partial<Statement> & Record<string, unknown>>([
    { Condition: { DateLessThan: { k: "2026" } } },
    { NotAction: "s3:*" },
  ])("refuses to judge what it does not know: %j", (statement) => {
    expect(() => isAllowed(call(), [allow(statement)])).toThrow("does not know");
  });
});
