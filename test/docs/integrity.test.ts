import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/operate/integrity.md", import.meta.url), "utf8");
const verify = readFileSync(new URL("../../lib/seal/damage.ts", import.meta.url), "utf8");

it("says of every kind of damage what it stands for", () => {
  const [, type = ""] = /^export type DamageKind =([^;]+);/m.exec(verify) ?? [];
  const kinds = [...type.matchAll(/"(\w+)"/g)].map(([, kind]) => kind);
  expect(kinds).toHaveLength(15);
  for (const kind of kinds) {
    expect(page).toContain(`\`${kind}\``);
  }
});
