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
});

it.each([
  ["at the top", '{"actor":"U1","actor":"U2"}', "actor"],
  ["in a list", '[ { "rule": 1, "actor": "U1", "actor": "U2" } ]', "actor"],
  ["deep inside", '{"a":{"b":[1,{"c":1,"d":2,"c":1}]}}', "c"],
  ["by an escape", '{"a":1,"\\u0061":2}', "a"],
])("refuses a name that is twice in one object, %s", async (_, text, name) => {
  await expect(read(text)).rejects.toThrow(`file.json: "${name}" is there twice in one object`);
});
