import { describe, expect, it } from "vitest";
import { checkImports, importsIn, unusedAllowances } from "./check-imports.ts";
import { COMPUTED_IMPORTS, LAYERS } from "./rules.ts";
import { SOURCES } from "./sources.ts";

describe("the map", () => {
  const imports = importsIn(SOURCES);

  it("has no import but those of test/architecture/rules.ts", () => {
    expect([...imports.values()].flat().length).toBeGreaterThan(1000);
    expect(checkImports(imports)).toEqual([]);
  });

  it("allows no single file, package or module of Node that nothing imports", () => {
    expect(unusedAllowances(imports)).toEqual([]);
  });

  it("has only arrows that point down, or to the same layer", () => {
    const layerOf = new Map(
      LAYERS.flatMap((rules, layer) => rules.map(({ folder }) => [folder, layer] as const)),
    );
    for (const { folder, may } of LAYERS.flat()) {
      for (const allowed of may.filter((entry) => layerOf.has(entry))) {
        expect(layerOf.get(allowed), `${folder} → ${allowed}`).toBeGreaterThanOrEqual(
          layerOf.get(folder) ?? Number.NaN,
        );
      }
    }
  });

  it("names folders that exist", () => {
    const paths = [...SOURCES.keys()];
    for (const { folder } of LAYERS.flat().filter((rule) => rule.folder !== ".")) {
      expect(paths, folder).toContainEqual(
        expect.toSatisfy((path) => path === folder || path.startsWith(`${folder}/`)),
      );
    }
  });

  it.each(Object.entries(COMPUTED_IMPORTS))("lets %s compute an import: %s", (path) => {
    expect(imports.get(path)).toContainEqual(expect.objectContaining({ specifier: undefined }));
  });
});
