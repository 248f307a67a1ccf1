import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { MONDAY_MORNING, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import { AlertLog } from "../../lib/detect/alert-log.ts";
import { AddressContext } from "../../lib/detect/context/address-context.ts";
import { detectArchive } from "../../lib/detect/detect-archive.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { collectReport, type ReportPorts } from "../../lib/report/collect.ts";
import { renderReport } from "../../lib/report/page.ts";
import { type ReportScope, statementsOf } from "../../lib/report/questions.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { trailSql } from "../../lib/report/trail.ts";
import { PLACES } from "../../lib/report/world-map.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../lib/time.ts";
import { openArchive } from "../fakes/open-archive.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";
import { trinoProblems } from "../sql/trino-grammar.ts";
import { hostileEntries } from "./hostile-entries.ts";

const SCOPE: ReportScope = {
  period: { from: "2026-03-02", to: "2026-03-04" },
  generatedAt: MONDAY_MORNING + 2 * SECONDS_PER_DAY + 1800,
};

interface MadeReport {
  lake: LakeDatabase;
  data: ReportData;
  page: string;
}

async function report(
  directory: string,
  entries: readonly WireEntry[],
  days: readonly string[] = [],
  more: Partial<ReportPorts> = {},
): Promise<MadeReport> {
  await writeArchive(directory, entries);
  const store = new DirectoryArchiveStore(directory);
  await sealDays(store, "slack", days);
  const lake = await openLake(directory, { threadsMax: 1 });
  const data = await collectReport(
    {
      version: "1.2.3",
      archive: "archive",
      store,
      sources: entries.length === 0 ? [] : ["slack"],
      heads: new Map(),
      readAll: (statements, period, take) => lake.readAll(statements, period, take),
      rules: { rules: DETECTIONS, context: NO_CONTEXT, periodSeconds: 3600 },
      ...more,
    },
    SCOPE,
    new AbortController().signal,
  );
  return { lake, data, page: renderReport(data) };
}

const LOGINS = [0, 1, 2].map((day) =>
  makeEntry({ dateCreate: MONDAY_MORNING + day * SECONDS_PER_DAY }),
);

describe("the report of an archive", () => {
  let made: MadeReport;
  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), "report-"));
    made = await report(directory, [...LOGINS, ...hostileEntries([0])], ["2026-03-02"]);
    return async () => {
      made.lake.close();
      await rm(directory, { recursive: true });
    };
  });

  it("has the saved queries in their order, and the number of rows that each has", async () => {
    const names = statementsOf(SCOPE).flatMap(({ name, query }) => (query ? [name] : []));
    expect(Object.keys(made.data.queries)).toEqual(names);
    const { document } = parseHTML(made.page);
    const asked = ["exports", "security-settings-changed", "stolen-sessions"];

    for (const { name, sql } of statementsOf(SCOPE)) {
      if (!asked.includes(name)) continue;
      const { rows } = await made.lake.query(sql);
      const shown = document.querySelector(`[data-query="${name}"] .count`);
      expect([name, shown?.getAttribute("data-rows")]).toEqual([name, String(rows.length)]);
    }
  });

  it("shows the rows of a saved query as it gives them", () => {
    const { document } = parseHTML(made.page);
    const cells = [...document.querySelectorAll('[data-query="completeness"] tbody tr')].map(
      (row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent),
    );

    expect(cells).toEqual([
      ["slack", "2026-03-02", "1 of 24", "complete", "11", "0", ""],
      ["slack", "2026-03-03", "1 of 24", "not sealed", "1", "", ""],
      ["slack", "2026-03-04", "1 of 10", "not sealed", "1", "", "1,800"],
    ]);
  });

  it("answers each question in one sentence first", () => {
    const { document } = parseHTML(made.page);
    const answers = [...document.querySelectorAll("section")].map((section) => [
      section.querySelector("h2")?.textContent,
      section.querySelector("h2 + .answer")?.textContent,
    ]);

    expect(answers).toEqual([
      ["Is it complete?", expect.stringMatching(/^\d+ of \d+ hours are sealed; .*\.$/)],
      ["What went wrong?", expect.stringMatching(/^\d+ alerts by \d+ rules: .*\.$/)],
      ["Who logged in, from where?", expect.stringMatching(/^4 logins and 1 failed login; .*\.$/)],
      ["What left?", expect.stringMatching(/^1 download, 1 export and 1 step .*\.$/)],
      [
        "What changed?",
        expect.stringMatching(/^\d+ grants? .*, 1 change of security settings .*\.$/),
      ],
      [
        "What is new?",
        expect.stringMatching(/^The archive holds nothing from before 2026-03-02: .*\.$/),
      ],
    ]);
  });

  it("lets nothing run or load but its own style and script", () => {
    const { document } = parseHTML(made.page);
    const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content");
    const hashes = ["style", "script"].map((name) => {
      const [element, ...more] = document.querySelectorAll(name);
      expect([name, more.length]).toEqual([name, 0]);
      return createHash("sha256")
        .update(element?.textContent ?? "")
        .digest("base64");
    });

    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hashes[0]}'; script-src 'sha256-${hashes[1]}'; base-uri 'none'; form-action 'none'`,
    );
    expect([
      ...document.querySelectorAll("[style], [src], link, img, iframe, object, use"),
    ]).toEqual([]);
    const links = [...document.querySelectorAll("[href]")].map((link) => link.getAttribute("href"));
    expect(links.filter((href) => !href?.startsWith("#"))).toEqual([]);
    const attributes = [...document.querySelectorAll("*")].flatMap((element) =>
      [...element.attributes].map(({ name }) => name),
    );
    expect(attributes.filter((name) => name.startsWith("on"))).toEqual([]);
  });

  it("takes a hostile name for text, whatever it holds", () => {
    const { document } = parseHTML(made.page);

    expect(made.page.includes("<img")).toBe(false);
    expect([...document.querySelectorAll("img, title + title")]).toEqual([]);
    expect(made.page.match(/[^\P{Cc}\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069]/u)).toBeNull();
    expect(document.querySelector('[data-query="exports"] tbody')?.textContent).toContain(
      `"><img src=x onerror=alert(1)>`,
    );
    expect(made.page.length).toBeLessThan(400_000);
  });

  it("gives each chart a label, and a table of what it shows", () => {
    const { document } = parseHTML(made.page);
    const figures = [...document.querySelectorAll("figure")];

    expect(figures.length).toBeGreaterThan(5);
    for (const figure of figures) {
      const drawn = [...figure.querySelectorAll("svg")];
      expect(drawn.map((svg) => svg.getAttribute("class"))).toEqual(["plot wide", "plot narrow"]);
      expect(
        drawn.every((svg) => svg.getAttribute("role") === "img" && svg.getAttribute("aria-label")),
      ).toBe(true);
      expect(figure.querySelector("details table tbody tr")).not.toBeNull();
    }
  });
});

it("is a page of an archive that holds nothing of the days", async () => {
  const { lake, page } = await report(await makeDirectory(), []);
  onTestFinished(() => lake.close());
  const { document } = parseHTML(page);

  expect([...document.querySelectorAll(".answer")].map(({ textContent }) => textContent)).toEqual([
    "The archive holds nothing of these days.",
    "There were no entries for the rules to look at.",
    "Nobody logged in, and no login failed.",
    "No downloads, no exports and no steps that opened something to outsiders.",
    "No grants of roles or permissions, no changes of security settings and no steps by which apps gained rights.",
    "Nothing happened, so nothing is new.",
  ]);
  expect([...document.querySelectorAll("figure")]).toEqual([]);
});

it("says how many texts were put aside in these days", async () => {
  const directory = await makeDirectory();
  const store = new DirectoryArchiveStore(directory);
  for (const at of [MONDAY_MORNING, MONDAY_MORNING - 10 * SECONDS_PER_DAY]) {
    await openArchive(store, "slack").quarantine([Buffer.from("{}"), Buffer.from("[]")], at);
  }
  const { lake, data, page } = await report(directory, LOGINS);
  onTestFinished(() => lake.close());

  expect(data.quarantined).toEqual([{ source: "slack", texts: 2 }]);
  expect(page).toContain("2 texts that <b>slack</b> listed are in no table");
});

it("counts logins by country, small ones too, where local files say it", async () => {
  const countries = { country: () => "NZ" };
  const { lake, page } = await report(await makeDirectory(), LOGINS, [], {
    addresses: new AddressContext({ countries }),
  });
  onTestFinished(() => lake.close());
  const { document } = parseHTML(page);
  const figures = ["Logins by country", "Countries with the most"].map((start) =>
    [...document.querySelectorAll("#logins figure")].find((figure) =>
      figure.querySelector("figcaption")?.textContent?.startsWith(start),
    ),
  );

  for (const figure of figures) {
    expect(figure?.querySelector("tbody")?.textContent).toBe("New Zealand (NZ)3");
  }
  const circles = [...(figures[0]?.querySelectorAll("svg.wide circle") ?? [])];
  expect(circles.map(({ textContent }) => textContent)).toEqual(["New Zealand (NZ): 3 logins"]);
  expect(["SG", "MT", "XK", "GF"].filter((code) => !PLACES.has(code))).toEqual([]);
});

it("has the alerts that a log has kept, the same as those of the rules", async () => {
  const directory = await makeDirectory();
  const grants = [0, 1].map((hour) =>
    makeEntry({
      action: "role_change_to_owner",
      dateCreate: MONDAY_MORNING + hour * SECONDS_PER_HOUR,
    }),
  );
  const settings = { rules: DETECTIONS, context: NO_CONTEXT, periodSeconds: 3600 };
  const fromRules = await report(directory, grants);
  onTestFinished(() => fromRules.lake.close());
  const store = new DirectoryArchiveStore(directory);
  const raised: Alert[] = [];
  await detectArchive(store, settings, { onAlert: (alert) => raised.push(alert) });
  for (const alert of raised) await new AlertLog(store).keep(alert);
  const fromLog = await report(directory, grants, [], { rules: undefined, hasAlertLog: true });
  onTestFinished(() => fromLog.lake.close());

  expect(raised).toHaveLength(2);
  expect(fromLog.data.alerts).toEqual({ ...fromRules.data.alerts, entries: undefined });
  expect(fromLog.page).toContain("audit-lake query &#39;SELECT * FROM alerts&#39; --stack");
});

it("marks the hours that differ from their manifest, and those that lack entries", async () => {
  const hours = [0, 1, 3].map((hour) =>
    makeEntry({ dateCreate: MONDAY_MORNING + hour * SECONDS_PER_HOUR }),
  );
  const { lake, data, page } = await report(
    await makeDirectory(),
    [...hours, ...LOGINS.slice(2)],
    ["2026-03-02"],
  );
  onTestFinished(() => lake.close());
  const { document } = parseHTML(page);
  const legend = () =>
    [...document.querySelectorAll("#complete .legend li")].map(({ textContent }) => textContent);

  expect(legend()).toEqual([
    "sealed, and as Slack listed it",
    "·sealed; nothing happened",
    "entries, not sealed yet",
    "?no entries and not sealed: perhaps not collected",
  ]);
  const nine = data.hours.find(({ start }) => start === "2026-03-02T09:00:00Z");
  const changed = renderReport({
    ...data,
    hours: data.hours.map((hour) =>
      hour === nine ? { ...hour, entries: hour.entries + 1 } : hour,
    ),
  });
  expect(changed).toContain("1 hour changed after sealing");
});

it("asks in SQL that Trino parses, too", () => {
  const subjects = ["user", "address", "app", "channel"] as const;
  const own = [
    ...statementsOf({ ...SCOPE, source: "acme" })
      .filter(({ query }) => query === undefined)
      .map(({ sql }) => sql),
    ...subjects.map((kind) => trailSql({ kind, value: "192.0.2.17" }, SCOPE)),
  ];

  expect(own.flatMap(trinoProblems)).toEqual([]);
  expect(own).toHaveLength(5);
});
