import { describe, expect, it } from "vitest";
import { actionsOf, isCorrelation } from "../../lib/detect/correlation.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { toSigma, toYaml } from "../../lib/detect/sigma.ts";

const { rules, unsaid } = toSigma(DETECTIONS);
const documentsOf = (id: string) => rules.find((rule) => rule.id === id)?.documents ?? [];

describe("the export to Sigma", () => {
  it("has each rule, or says why not", () => {
    const ids = [...rules, ...unsaid].map(({ id }) => id);
    expect(ids.toSorted()).toEqual(DETECTIONS.map(({ id }) => id).toSorted());
    expect(rules.length).toBeGreaterThan(70);
    expect(new Set(unsaid.map(({ because }) => because)).size).toBe(4);
  });

  it("says a rule of actions only, and no rule that decides in code", () => {
    for (const detection of DETECTIONS) {
      if (isCorrelation(detection)) continue;
      const [document] = documentsOf(detection.id);
      expect(document === undefined).toBe(detection.matches !== undefined);
      if (document === undefined) continue;
      expect(document).toMatchObject({
        title: detection.title,
        logsource: { product: "slack", service: "audit" },
        detection: { selection: { action: actionsOf(detection) }, condition: "selection" },
        description: detection.reason,
      });
    }
  });

  it("says a count within a sliding window", () => {
    const [step, whole] = documentsOf("many-failed-logins");
    expect(step).toMatchObject({
      name: "many-failed-logins-step-1",
      detection: {
        selection: { action: ["user_login_failed"], "actor.user.id|exists": true },
        nobody: { "actor.user.id": ["USLACKUSER", "USLACKSECURITY"] },
        condition: "selection and not nobody",
      },
    });
    expect(whole).toMatchObject({
      correlation: {
        type: "event_count",
        rules: ["many-failed-logins-step-1"],
        "group-by": ["actor.user.id"],
        timespan: "600s",
        condition: { gte: 10 },
      },
    });
  });

  it("says one kind after another, also of a subject that is elsewhere in each", () => {
    expect(documentsOf("login-after-deactivation").at(-1)).toMatchObject({
      correlation: {
        type: "temporal_ordered",
        "group-by": ["subject"],
        aliases: {
          subject: {
            "login-after-deactivation-step-1": "entity.user.id",
            "login-after-deactivation-step-2": "actor.user.id",
          },
        },
      },
    });
  });

  it("gives each document an id of its own, the same each time", () => {
    const ids = rules.flatMap(({ documents }) => documents.map(({ id }) => String(id)));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/);
    expect(toSigma(DETECTIONS)).toEqual({ rules, unsaid });
  });

  it("is YAML in which no text has a meaning", () => {
    expect(
      toYaml([{ title: 'a: "b" # c', list: ["- x", "{}"], "a|b": true, n: { m: 1 } }, {}]),
    ).toBe('title: "a: \\"b\\" # c"\nlist:\n  - "- x"\n  - "{}"\n"a|b": true\nn:\n  m: 1\n---\n\n');
  });
});
