import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflateSync } from "node:zlib";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLake } from "../../lib/local/lake-database.ts";
import { statementsOf } from "../../lib/report/questions.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { type MadeArchive, makeArchives } from "./pages.ts";

const PAGE_BYTES_MAX = 2_000_000;

/** What can be printed on A4 between the page's margins, in CSS pixels. */
const SHEET = { width: 688, height: 1001 };
const SHEETS_MAX = 60;
/** What Chromium writes for a sheet with nothing on it is shorter. */
const EMPTY_SHEET_BYTES_MAX = 200;

const VIEWS = [1280, 390].flatMap((width) =>
  (["light", "dark"] as const).flatMap((colorScheme) =>
    [true, false].map((javaScriptEnabled) => ({ width, colorScheme, javaScriptEnabled })),
  ),
);

let browser: Browser;
let archives: MadeArchive[] = [];
let screenshots: string;
beforeAll(async () => {
  screenshots = await mkdtemp(join(tmpdir(), "report-screenshots-"));
  process.stdout.write(`screenshots: ${screenshots}\n`);
  archives = await makeArchives();
  for (const { directory, from, until, name, options = [] } of archives) {
    const period = ["--archive", directory, "--from", from, "--until", until];
    await auditLake("report", ...period, ...options, "--output", join(screenshots, `${name}.html`));
  }
  const hostile = archives.find(({ name }) => name === "hostile");
  if (hostile === undefined) throw new Error("there is no archive with hostile names");
  const trail = ["--archive", hostile.directory, "--channel", "C07CASE"];
  trail.push("--from", hostile.from, "--until", hostile.until);
  await auditLake("report", ...trail, "--output", join(screenshots, "trail.html"));
  // As root, Chromium has no sandbox.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "chromium", args });
});
afterAll(async () => {
  await browser?.close();
  for (const { directory } of archives) await rm(directory, { recursive: true });
});

describe.each(["week", "quarter", "tiny", "empty", "hostile", "abroad", "trail"])(
  "the report of %s",
  (name) => {
    it.each(VIEWS)(
      "is whole at $width px, $colorScheme, scripts: $javaScriptEnabled",
      async (view) => {
        const page = await browser.newPage({
          ...view,
          viewport: { width: view.width, height: 900 },
        });
        const url = `file://${join(screenshots, `${name}.html`)}`;
        const noise: string[] = [];
        page.on("console", (message) => noise.push(message.text()));
        page.on("pageerror", (error) => noise.push(error.message));
        page.on("dialog", (dialog) => noise.push(dialog.message()));
        page.on("request", (request) => {
          if (request.url() !== url) noise.push(request.url());
        });
        try {
          await page.goto(url);
          const file = `${name}-${view.width}-${view.colorScheme}${view.javaScriptEnabled ? "" : "-no-script"}.png`;
          await page.screenshot({ path: join(screenshots, file), fullPage: true });
          expect(await misplaced(page)).toEqual([]);
          await unfold(page);
          expect(await misplaced(page)).toEqual([]);
          if (view.javaScriptEnabled) expect(await violations(page)).toEqual([]);
          expect(noise).toEqual([]);
        } finally {
          await page.close();
        }
      },
    );

    it("prints whole: each chart on one sheet, and no sheet empty", async () => {
      const page = await browser.newPage({ javaScriptEnabled: false });
      try {
        await page.goto(`file://${join(screenshots, `${name}.html`)}`);
        const file = join(screenshots, `${name}.pdf`);
        await page.pdf({ path: file, format: "A4", printBackground: true });
        await page.emulateMedia({ media: "print" });
        await page.setViewportSize(SHEET);
        expect(await misplaced(page)).toEqual([]);
        expect(await tallerThan(page, SHEET.height)).toEqual([]);
        const sheets = sheetsOf(await readFile(file));
        expect(sheets.length).toBeGreaterThan(0);
        expect(sheets.length).toBeLessThan(SHEETS_MAX);
        expect(sheets.filter((drawn) => drawn < EMPTY_SHEET_BYTES_MAX)).toEqual([]);
      } finally {
        await page.close();
      }
    });

    it("is small, and readable by its owner only", async () => {
      const { size, mode } = await stat(join(screenshots, `${name}.html`));

      expect(size).toBeLessThan(PAGE_BYTES_MAX);
      expect(mode & 0o777).toBe(0o600);
    });
  },
);

it.each(["quarter", "hostile"])(
  "%s: each section has the numbers of the saved queries",
  async (name) => {
    const archive = archives.find((made) => made.name === name);
    if (archive === undefined) throw new Error(`no archive ${name}`);
    const { directory, from, until } = archive;
    const options = ["--archive", directory, "--from", from, "--until", until];
    const data: ReportData = JSON.parse(await auditLake("report", ...options, "--json"));
    const generatedAt = Date.parse(data.generatedAt) / 1000;
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(`file://${join(screenshots, `${name}.html`)}`);
    const lake = await openLake(directory);
    let compared = 0;
    try {
      for (const { name: query, sql, query: saved } of statementsOf({
        period: data.period,
        generatedAt,
      })) {
        if (saved === undefined) continue;
        const { rows } = await lake.query(sql);
        const shown = page.locator(`[data-query="${query}"]`);
        const count = await shown.locator(".count").getAttribute("data-rows");
        expect([query, count]).toEqual([query, String(rows.length)]);
        expect([query, data.queries[query]?.rowCount]).toEqual([query, rows.length]);
        const shownRows = data.queries[query]?.rows ?? [];
        // The lag of `completeness` is that of another second.
        const comparable = (row: readonly unknown[]) =>
          JSON.stringify(query === "completeness" ? row.slice(0, 6) : row);
        const known = new Set(rows.map(comparable));
        expect(shownRows.filter((row) => !known.has(comparable(row)))).toEqual([]);
        expect(shownRows.length).toBe(Math.min(40, rows.length));
        compared += 1;
      }
    } finally {
      lake.close();
      await page.close();
    }
    expect(compared).toBeGreaterThan(20);
  },
);

async function auditLake(...args: string[]): Promise<string> {
  const command = [join(import.meta.dirname, "../../cli/audit-lake.js"), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 1e9 });
  return stdout;
}

/** Everything that can be unfolded, as a reader would. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of globalThis.document.querySelectorAll("details")) details.open = true;
  });
}

/** What is wider than the page, and texts of a chart that cover each other or leave it. */
function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = [];
    const { document, innerWidth } = globalThis;
    if (document.documentElement.scrollWidth > innerWidth) {
      problems.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    }
    for (const element of document.querySelectorAll(
      "h1, h2, h3, p, li, summary, figure, pre, .scroll, dl, label",
    )) {
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && (left < -1 || right > innerWidth + 1)) {
        problems.push(
          `${element.tagName} from ${left} to ${right}: ${element.textContent?.slice(0, 40)}`,
        );
      }
    }
    for (const svg of document.querySelectorAll("svg.plot")) {
      const outer = svg.getBoundingClientRect();
      if (outer.width === 0) continue;
      const texts = [...svg.querySelectorAll("text")]
        .map((text) => ({ text: text.textContent ?? "", box: text.getBoundingClientRect() }))
        .filter(({ text, box }) => text !== "" && box.width > 0);
      for (const { text, box } of texts) {
        if (box.left < outer.left - 6 || box.right > outer.right + 6)
          problems.push(`"${text}" leaves its chart`);
      }
      texts.forEach(({ text, box }, i) => {
        for (const other of texts.slice(i + 1)) {
          const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          if (across > 1 && down > 3) problems.push(`"${text}" covers "${other.text}"`);
        }
      });
    }
    return problems.slice(0, 10);
  });
}

/** Charts that do not fit on a sheet. */
function tallerThan(page: Page, height: number): Promise<string[]> {
  return page.evaluate((height) => {
    return [...globalThis.document.querySelectorAll("svg.plot")]
      .filter((svg) => svg.getBoundingClientRect().height > height)
      .map((svg) => svg.getAttribute("aria-label") ?? "");
  }, height);
}

/**
 * The sheets of a PDF as Chromium writes it: bytes of what is drawn on each.
 *
 * @throws {Error} when a sheet draws nothing that is known
 */
function sheetsOf(pdf: Buffer): number[] {
  const text = pdf.toString("latin1");
  const pages = [...text.matchAll(/\/Type \/Page\b(?!s).*?\/Contents (\d+) 0 R/gs)];
  return pages.map(([, object]) => {
    const stream = new RegExp(`\\n${object} 0 obj\\n<<[^>]*?>> stream\\r?\\n`).exec(text);
    const length = Number(/\/Length (\d+)/.exec(stream?.[0] ?? "")?.[1]);
    if (stream === null || Number.isNaN(length)) throw new Error(`no object ${object} in the PDF`);
    const start = stream.index + stream[0].length;
    return inflateSync(pdf.subarray(start, start + length)).length;
  });
}

/** What axe finds that is serious: WCAG 2.2, A and AA, and good practice. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: {
            id: string;
            impact: string;
            nodes: { html: string; failureSummary: string }[];
          }[];
        }>;
      };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.length} × ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`,
      );
  });
}
