import { describe, expect, it } from "vitest";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import type { ListedPage } from "../../lib/run/listing.ts";
import { storePage } from "../../lib/run/store-page.ts";
import { parseLogsPage } from "../../lib/slack/page.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { openArchive, UNGUARDED } from "../fakes/open-archive.ts";

const START = Date.UTC(2026, 2, 2, 9) / 1000;
const window = { from: START, until: START + 60 };

function page(...entries: string[]): ListedPage {
  const body = `{"entries":[${entries.join(",")}]}`;
  return {
    window,
    page: parseLogsPage(Buffer.from(body)),
    next: undefined,
    entriesPerSecond: 0,
    isRefused: false,
  };
}

const entry = (id: string, at: number) => `{ "id":"${id}", "date_create":${at} }`;

async function linesBelow(store: MemoryArchiveStore, prefix: string): Promise<string[]> {
  const lines: string[] = [];
  for (const [key, body] of store.objects) {
    if (!key.startsWith(prefix)) continue;
    for (const line of await decodeLines(key, body)) lines.push(Buffer.from(line).toString());
  }
  return lines.sort();
}

describe("a page that is stored", () => {
  it("has its entries in the archive as they were sent, each once", async () => {
    const store = new MemoryArchiveStore();
    const archive = openArchive(store, "acme");
    const listed = page(entry("b", START + 9), entry("a", START), entry("a", START));

    expect(await storePage(archive, listed)).toMatchObject({ objects: 1, quarantined: 0 });

    expect(await linesBelow(store, "audit_logs/")).toEqual([
      entry("a", START),
      entry("b", START + 9),
    ]);
    const again = await storePage(archive, listed);
    expect([again.added.length, again.duplicates.length]).toEqual([0, 3]);
  });

  it("keeps in quarantine what has no usable id or time", async () => {
    const store = new MemoryArchiveStore();
    const odd = ['{"date_create":1}', '{"id":"x","date_create":"1"}', "null"];

    const stored = await storePage(openArchive(store, "acme"), page(entry("a", START), ...odd));

    expect(stored).toMatchObject({ quarantined: 3, objects: 1 });
    expect(await linesBelow(store, "quarantine/")).toEqual(odd.sort());
  });

  it("leaves the second after the window to the next one, and stores what is odd", async () => {
    const store = new MemoryArchiveStore();
    const listed = page(entry("next", window.until), entry("early", START - 7));

    const { added } = await storePage(openArchive(store, "acme"), listed);

    expect(added.map((row) => listed.page.entries[row]?.id)).toEqual(["early"]);
  });

  it("keeps in quarantine what lies outside the time that is claimed", async () => {
    const store = new MemoryArchiveStore();
    const guard = { ...UNGUARDED, range: window };
    const archive = openArchive(store, "acme", { guard });
    const outside = entry("outside", START - 7);

    const stored = await storePage(archive, page(entry("a", START), outside));

    expect(stored).toMatchObject({ quarantined: 1, objects: 1 });
    expect(await linesBelow(store, "quarantine/")).toEqual([outside]);
    expect(await linesBelow(store, "audit_logs/")).toEqual([entry("a", START)]);
  });
});
