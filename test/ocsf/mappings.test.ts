import { expect, it } from "vitest";
import { MAPPINGS } from "../../lib/ocsf/mappings.ts";
import { knownActions } from "./example-lines.ts";

it("has each action that is known once, and no other", () => {
  const mapped = MAPPINGS.flatMap(({ actions }) => actions);

  expect(mapped.toSorted()).toEqual(knownActions());
});
