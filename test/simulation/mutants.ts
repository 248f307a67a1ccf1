import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The engine with one thing broken on purpose. */
export interface Mutant {
  name: string;
  /** Below `lib/`. */
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
}

/** What others have got wrong, and what we might. Each must break the promise in some world. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "moves the watermark before it stores",
    file: "ingest/ingest.ts",
    find: "const stored = await storePage(this.#archive, listed);\n      await this.#commit(listed, stored);",
    replace:
      "await this.#commit(listed, { added: [], duplicates: [], outside: [], objects: 0, bytes: 0, quarantined: 0 });\n      await storePage(this.#archive, listed);",
  },
  {
    name: "moves the watermark while pages are open",
    file: "ingest/ingest.ts",
    find: "watermark: isComplete ? Math.max(watermark, window.until) : watermark,",
    replace: "watermark: Math.max(watermark, window.until),",
  },
  {
    name: "does not look into the archive",
    file: "archive/archive.ts",
    find: " && !isArchived(entry.id)",
    replace: "",
  },
  {
    name: "looks only at objects within the batch's range",
    file: "archive/archived-ids.ts",
    find: "minDateCreate <= max && maxDateCreate >= min",
    replace: "minDateCreate >= min && maxDateCreate <= max",
  },
  {
    name: "forgets the objects that it wrote itself",
    file: "archive/archived-ids.ts",
    find: "objects.push({ key, ...name });\n    }\n    const ids",
    replace: "}\n    const ids",
  },
  {
    name: "does not look at its lease before it writes",
    file: "run/lease.ts",
    find: "this.#ports.clock.nowMs() >= expiresAt - MARGIN_MS / 2",
    replace: "false",
  },
  {
    name: "forgets oldest on page two",
    file: "run/listing.ts",
    find: "const query = { oldest: window.from,",
    replace: "const query = { oldest: cursor === undefined ? window.from : 0,",
  },
  {
    name: "takes what is outside the window for what is inside",
    file: "ingest/ingest.ts",
    find: "Math.max(watermark, window.until) : watermark,",
    replace: "Math.max(watermark, window.until + 1) : watermark,",
  },
  {
    name: "ignores that another run holds the lease",
    file: "run/lease.ts",
    find: "if (!acquired.held) {\n    return acquired;\n  }",
    replace: "if (!acquired.held) return { held: true, result: await work(lease, undefined) };",
  },
  {
    name: "takes a failed write for done",
    file: "archive/archive.ts",
    find: "const outcome = await this.#store.put(key, body);",
    replace: 'const outcome = await this.#store.put(key, body).catch(() => "created");',
  },
  {
    name: "trusts latest to be included",
    file: "run/listing.ts",
    find: "latest: window.until, limit, cursor",
    replace: "latest: window.until - 1, limit, cursor",
  },
  {
    name: "stops at an empty page",
    file: "run/listing.ts",
    find: "    cursor = page.nextCursor;\n",
    replace: "    cursor = page.entries.length === 0 ? undefined : page.nextCursor;\n",
  },
  {
    name: "stops at the first page",
    file: "run/listing.ts",
    find: "} while (cursor !== undefined);",
    replace: "} while (false);",
  },
  {
    name: "takes a refused cursor for the end of the window",
    file: "run/listing.ts",
    find: "position = window.from;",
    replace: "position = window.until;",
  },
  {
    name: "leaves a second out between two windows",
    file: "run/listing.ts",
    find: "position = window.until;",
    replace: "position = window.until + 1;",
  },
  {
    name: "leaves the first second of a window out",
    file: "run/store-page.ts",
    find: "dateCreate !== window.until",
    replace: "dateCreate !== window.from",
  },
  {
    name: "does not let entries settle",
    file: "ingest/ingest.ts",
    find: "Math.min(now - settleDelaySeconds, until)",
    replace: "Math.min(now, until)",
  },
  {
    name: "never looks for late entries",
    file: "ingest/ingest.ts",
    find: "      allowedLatenessSeconds > 0 &&",
    replace: "      false &&",
  },
  {
    name: "looks for late entries from the watermark down",
    file: "ingest/ingest.ts",
    find: "Math.min(watermark, lateScannedAt) - allowedLatenessSeconds",
    replace: "watermark - allowedLatenessSeconds",
  },
  {
    name: "writes entries again instead of keeping their text",
    file: "slack/page.ts",
    find: "isOnOneLine ? exact : onOneLine(exact)",
    replace: "Buffer.from(JSON.stringify(parsed))",
  },
  {
    name: "drops what it cannot read",
    file: "run/store-page.ts",
    find: "unreadable.push(entry);",
    replace: "",
  },
  {
    name: "shows the token when the network fails",
    file: "slack/exchange.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    find: "`no answer from ${url.host} (",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    replace: "`no answer with ${token} from ${url.host} (",
  },
];

const ROOT = join(import.meta.dirname, "../..");

/**
 * Make a copy of `lib/` with the one thing broken.
 *
 * @returns the folder with the copy in it; below the project, where it finds its dependencies
 * @throws {Error} when the snippet does not stand in the file exactly once: the source has moved on
 */
export async function makeMutant({ name, file, find, replace }: Mutant): Promise<string> {
  const root = join(ROOT, ".mutants", name.replaceAll(/\W+/g, "-"));
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await cp(join(ROOT, "lib"), join(root, "lib"), { recursive: true });
  const path = join(root, "lib", file);
  const [before, after, ...more] = (await readFile(path, "utf8")).split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${file} has not exactly one place to break for "${name}"`);
  }
  await writeFile(path, before + replace + after);
  return root;
}
