import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readExport } from "../../../cli/run/read-export.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const ENTRY = '{"id":"a","date_create":1521214343,"action":"user_login"}';
const PAGE = JSON.stringify({ entries: [JSON.parse(ENTRY)] });

async function read(content: string | Buffer) {
  const name = join(await temporaryDirectory(), "export");
  await writeFile(name, content);
  return readExport(name);
}

describe("readExport", () => {
  it.each<[string, string | Buffer, number]>([
    ["a page", PAGE, 1],
    ["a gzipped page", gzipSync(PAGE), 1],
    ["gzipped files put together", Buffer.concat([gzipSync(PAGE), gzipSync(PAGE)]), 2],
    ["a gzipped file with a byte order mark", gzipSync(`\ufeff${PAGE}`), 1],
  ])("reads %s", async (_what, content, count) => {
    expect((await read(content)).entries).toHaveLength(count);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ["UTF-16 with a mark", Buffer.from(`\ufeff${PAGE}`, "utf16le"), /it is UTF-16; .*iconv/],
    ["UTF-16 without", Buffer.from(PAGE, "utf16le"), /it is UTF-16; .*iconv/],
    [
      "gzipped UTF-16, the other way round",
      gzipSync(Buffer.from(PAGE, "utf16le").swap16()),
      /it is UTF-16; .*iconv/,
    ],
    [
      "half of a gzipped file",
      gzipSync(PAGE).subarray(0, 40),
      /it cannot be unzipped: unexpected end/,
    ],
    ["zeros", Buffer.alloc(10), /what begins in line 1 is not JSON/],
  ])("refuses %s", async (_what, content, problem) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(problem),
    });
  });
});
