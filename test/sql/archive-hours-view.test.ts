import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { encodeManifest, type Manifest } from "../../lib/seal/manifest.ts";
import {
  ARCHIVE_HOURS_COLUMNS,
  ARCHIVE_HOURS_SQL,
  archiveHoursView,
} from "../../lib/sql/archive-hours-view.ts";
import { makeHour, makeManifest } from "../seal/make-manifest.ts";
import { makeDirectory } from "./open-lake-of.ts";

/** The database over an archive that holds these manifests and nothing else. */
async function openLakeOfManifests(
  ...manifests: readonly (Manifest | string)[]
): Promise<LakeDatabase> {
  const directory = await makeDirectory();
  for (const manifest of manifests) {
    const isText = typeof manifest === "string";
    const key = isText
      ? manifestKey("grid", "2026-03-09")
      : manifestKey(manifest.source, manifest.day, manifest.revision);
    await mkdir(join(directory, key, ".."), { recursive: true });
    await writeFile(join(directory, key), isText ? manifest : encodeManifest(manifest));
  }
  const lake = await openLake(directory);
  onTestFinished(() => lake.close());
  return lake;
}

describe("the table manifest_lines", () => {
  it("has each manifest as it is stored, with its source", async () => {
    const manifest = makeManifest();
    const hours = manifest.hours.map(({ hour }) => makeHour(hour));
    const otherManifest = makeManifest({ source: "gov", listed: 0, archived: 0, hours });
    const lake = await openLakeOfManifests(manifest, otherManifest);

    const { columns, rows } = await lake.query("SELECT * FROM manifest_lines ORDER BY source");

    expect(columns).toEqual(["line", "source"]);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toEqual([Buffer.from(encodeManifest(manifest)).toString().trimEnd(), "grid"]);
  });

  it("has no rows where nothing is sealed", async () => {
    using lake = await openLake(await makeDirectory());

    expect(await lake.query("SELECT * FROM manifest_lines")).toMatchObject({
      columns: ["line", "source"],
      rows: [],
    });
    expect((await lake.query("SELECT * FROM archive_hours")).rows).toEqual([]);
  });
});

describe("the view archive_hours", () => {
  it("has the columns that its definition names", async () => {
    const lake = await openLakeOfManifests(makeManifest());
    const duckdbTypes = {
      varchar: "VARCHAR",
      bigint: "BIGINT",
      integer: "INTEGER",
      boolean: "BOOLEAN",
      "timestamp(3)": "TIMESTAMP",
    };

    const { columns, types } = await lake.query("SELECT * FROM archive_hours");

    expect(columns).toEqual(ARCHIVE_HOURS_COLUMNS.map(({ name }) => name));
    expect(types).toEqual(ARCHIVE_HOURS_COLUMNS.map(({ type }) => duckdbTypes[type]));
  });

  it("has every hour of a sealed day, those in which nothing happened too", async () => {
    const hours = makeManifest().hours.with(17, { ...makeHour(17, 5), late: 3, differs: 1 });
    const lake = await openLakeOfManifests(
      makeManifest({ hours, listed: 7, archived: 7, late: 3, differs: 1 }),
    );

    const { rows } = await lake.query("SELECT * FROM archive_hours ORDER BY hour");

    const hourOf = (hour: number) => [
      ...["grid", "2026-03-02", hour, `2026-03-02 ${String(hour).padStart(2, "0")}:00:00`],
      "2026-03-03 03:00:00",
    ];
    expect(rows).toHaveLength(24);
    expect(rows[0]).toEqual([...hourOf(0), 0, 0, 0, 0, 0, 0]);
    expect(rows[9]).toEqual([...hourOf(9), 2, 2, 0, 0, 0, 0]);
    expect(rows[17]).toEqual([...hourOf(17), 5, 5, 3, 0, 0, 1]);
  });

  it("has the hours of a day that was sealed again as its newest manifest has them", async () => {
    const hours = makeManifest().hours.with(17, makeHour(17, 5));
    const first = makeManifest();
    const previous = { day: first.day, revision: 1, sha256: "ab".repeat(32) };
    const second = { ...first, revision: 2, previous, hours, listed: 7, archived: 7 };
    const other = makeManifest({
      day: "2026-03-01",
      hours: first.hours.map(({ hour }) => makeHour(hour)),
      listed: 0,
      archived: 0,
    });
    const lake = await openLakeOfManifests(first, second, other);
    const lines = [second, other, first].map(
      (manifest) => `('grid', '${Buffer.from(encodeManifest(manifest))}')`,
    );
    const totals = "SELECT dt, count(*), sum(archived) FROM archive_hours GROUP BY dt ORDER BY dt";
    const sql = ARCHIVE_HOURS_SQL.replace(
      "FROM manifest_lines",
      `FROM (VALUES ${lines}) AS manifest_lines (source, line)`,
    );

    for (const from of ["archive_hours", `(${sql})`]) {
      const { rows } = await lake.query(totals.replace("archive_hours", from));

      expect(rows).toEqual([
        ["2026-03-01", 24, 0],
        ["2026-03-02", 24, 7],
      ]);
    }
  });

  it("has what a manifest of version 1 has", async () => {
    const text = Buffer.from(encodeManifest(makeManifest({ version: 1 })))
      .toString()
      .replaceAll(
        /"differs":0,|"revision":1,|"amends":null,|"differs_ids":\[\],|,"foreign":\[\]/g,
        "",
      );
    expect(text).not.toMatch(/differs|revision/);
    const lake = await openLakeOfManifests(
      text
        .replace('"day":"2026-03-02"', '"day":"2026-03-09"')
        .replaceAll("dt=2026-03-02", "dt=2026-03-09")
        .replaceAll(/1772\d{6}/g, (seconds) => String(Number(seconds) + 7 * 86_400)),
    );

    const { rows } = await lake.query(
      "SELECT hour, archived, differs FROM archive_hours WHERE hour IN (8, 9) ORDER BY hour",
    );

    expect(rows).toEqual([
      [8, 0, 0],
      [9, 2, 0],
    ]);
  });

  it("is not misled by ids that look like a part of a manifest", async () => {
    const forged = '","day":"1999-01-01","hours":[{"hour":9,"listed":9,"archived":9,"late":9';
    const hours = makeManifest().hours.with(0, {
      ...makeHour(0),
      only_in_archive: 1,
      only_in_archive_ids: [`${forged},"only_in_archive":9,"twice":9`],
    });
    const previous = { day: "2026-03-01", revision: 1, sha256: "ab".repeat(32) };
    const lake = await openLakeOfManifests(
      makeManifest({ sequence: 2, previous, only_in_archive: 1, hours }),
    );

    const { rows } = await lake.query(
      "SELECT dt, sum(listed), sum(only_in_archive), count(*) FROM archive_hours GROUP BY dt",
    );

    expect(rows).toEqual([["2026-03-02", 2, 1, 24]]);
  });

  it.each(["not JSON\n", "[]\n", '{"hours":[]}\n', "\n"])(
    "has nothing of a line that is not a manifest, and lets the others through: %j",
    async (text) => {
      const lake = await openLakeOfManifests(makeManifest(), text);
      const archiveHours = ARCHIVE_HOURS_SQL.replace(
        "FROM manifest_lines",
        `FROM (
        VALUES ('grid', '${text.trim()}'), ('grid', '${Buffer.from(encodeManifest(makeManifest()))}')
      ) AS manifest_lines (source, line)`,
      );

      expect((await lake.query(`SELECT count(*) FROM (${archiveHours})`)).rows).toEqual([[24]]);
      // Athena has this; on a disk the manifest is looked at.
      await expect(lake.query("SELECT count(*) FROM archive_hours")).rejects.toThrow(
        `cannot read ${manifestKey("grid", "2026-03-09")}: it is not`,
      );
    },
  );
});

describe("archiveHoursView", () => {
  it("names each column's type in Hive's words", () => {
    const { name, storageDescriptor } = archiveHoursView("slack_audit_lake");

    expect(name).toBe("archive_hours");
    expect(new Set(storageDescriptor.columns.map(({ type }) => type))).toEqual(
      new Set(["string", "int", "timestamp", "bigint"]),
    );
  });
});
