import { expect, it } from "vitest";
import { unknownSources } from "../../lib/detect/unknown-sources.ts";

const SUPPRESSION = {
  ...{ rule: "admin-granted", actor: "U1", reason: "Bot", owner: "sec", expires: "2027-01-01" },
};

it("names each source that is not there, and where", () => {
  const settings = {
    rules: {
      "app-installed": "off" as const,
      "admin-granted": { sources: { grid: "high" as const, acme: "off" as const } },
      "intune-disabled": { severity: "low" as const },
    },
    suppressions: [SUPPRESSION, { ...SUPPRESSION, source: "gov" }, { ...SUPPRESSION, source: "x" }],
  };
  const problems = [...unknownSources(settings, ["gov", "grid"])];
  expect(problems.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual([
    'rules.admin-granted.sources: "acme" is no source; there is gov, grid',
    'suppressions.2.source: "x" is no source; there is gov, grid',
  ]);
  expect([...unknownSources({}, [])]).toEqual([]);
});
