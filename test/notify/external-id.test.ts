import { expect, it } from "vitest";
import { externalId } from "../../lib/notify/external-id.ts";

it.each(["intune-disabled/grid/2026-01-05T10:00:00Z/0123456789abcdef", "a", "~".repeat(255)])(
  "is the alert's: %s",
  (id) => {
    expect(externalId({ id })).toBe(id);
  },
);

it("is short, visible and its own, whatever the alert's is", () => {
  const long = "a".repeat(255);
  const ids = [
    "",
    " ",
    "a b",
    "a\n",
    "\0",
    "ü",
    "u\u0308",
    "\ud83d",
    "\ud83e",
    `${long}a`,
    `${long}b`,
  ];
  const external = ids.map((id) => externalId({ id }));
  expect(new Set(external).size).toBe(ids.length);
  for (const id of external) expect(id).toMatch(/^[\x21-\x7e]{1,255}$/);
});
