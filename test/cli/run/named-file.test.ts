import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readNamedJson } from "../../../cli/run/named-file.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

async function read(text: string): Promise<unknown> {
  const file = join(await temporaryDirectory(), "file.json");
  await writeFile(file, text);
  return readNamedJson("--file", file, (value) => value);
}

it("reads JSON in which a name is in several objects", async () => {
  const value = [
    { a: 1, b: { a: '"a":' } },
    { a: [], b: {} },
  ];
  expect(await read(JSON.stringify(value, undefined, 2))).toEqual(value);
  expect(await read(`\ufeff${JSON.stringify(value)}`)).toEqual(value);
});

it.each([
  ["at the top", '{"actor":"U1","actor":"U2"}', 1],
  ["in a list", '[\n  {\n    "rule": 1,\n    "actor": "U1",\n    "actor": "U2"\n  }\n]', 5],
  ["deep inside", '{"a":{"b":[1,{"c":1,"d":2,\n"c":1}]}}', 2],
  ["by an escape", '{"a":1,"\\u0061":2}', 1],
])("refuses a name that is twice in one object, %s, and quotes nothing", async (_, text, line) => {
  await expect(read(text)).rejects.toThrow(
    new RegExp(`file\\.json: line ${line} has a name that is in its object already$`),
  );
});
