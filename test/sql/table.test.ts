import { describe, expect, it } from "vitest";
import { MONDAY_MORNING } from "../../fake-slack/entries.ts";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { AUDIT_LOG_LINES, athenaTable, MANIFEST_LINES } from "../../lib/sql/table.ts";

const PROPS = { bucketName: "lake", sources: ["acme", "acme-gov"], archiveStartsOn: "2026-01-15" };

/** As Athena writes it. */
function placeholder(name: string): string {
  return `\${${name}}`;
}

describe("athenaTable", () => {
  it("finds the keys that the archive writes by the values of their partition", () => {
    const { parameters, partitionKeys, storageDescriptor } = athenaTable(AUDIT_LOG_LINES, PROPS);
    const key = toObjectKey({
      source: "acme-gov",
      minDateCreate: MONDAY_MORNING,
      maxDateCreate: MONDAY_MORNING,
      hash: "0123456789abcdef",
    });

    const folder = parameters["storage.location.template"]
      ?.replace(placeholder("source"), "acme-gov")
      .replace(placeholder("dt"), "2026-03-02")
      .replace(placeholder("hour"), "09");

    expect(`s3://lake/${key}`.startsWith(`${folder}1`)).toBe(true);
    expect(folder?.startsWith(storageDescriptor.location ?? "?")).toBe(true);
    expect(partitionKeys?.map(({ name, type }) => [name, type])).toEqual([
      ["source", "string"],
      ["dt", "string"],
      ["hour", "int"],
    ]);
  });

  it("computes the partitions from the configuration, without a crawler", () => {
    expect(athenaTable(AUDIT_LOG_LINES, PROPS).parameters).toEqual({
      EXTERNAL: "TRUE",
      "projection.enabled": "true",
      "projection.source.type": "enum",
      "projection.source.values": "acme,acme-gov",
      "projection.dt.type": "date",
      "projection.dt.format": "yyyy-MM-dd",
      "projection.dt.range": "2026-01-15,NOW",
      "projection.dt.interval": "1",
      "projection.dt.interval.unit": "DAYS",
      "projection.hour.type": "integer",
      "projection.hour.range": "0,23",
      "projection.hour.digits": "2",
      "storage.location.template": `s3://lake/audit_logs/source=${placeholder("source")}/dt=${placeholder("dt")}/hour=${placeholder("hour")}/`,
    });
  });

  it("reads a line as one text column, split at a character that JSON cannot hold", () => {
    const { storageDescriptor } = athenaTable(AUDIT_LOG_LINES, PROPS);

    expect(storageDescriptor.columns.map(({ name, type }) => [name, type])).toEqual([
      ["line", "string"],
    ]);
    expect(storageDescriptor.serdeInfo.parameters?.["field.delim"]).toBe("\u0001");
    expect(() => JSON.parse('"\u0001"')).toThrow(SyntaxError);
  });

  it("finds all manifests of a source: a manifest's day is in its line", () => {
    const { name, parameters, partitionKeys } = athenaTable(MANIFEST_LINES, PROPS);
    const folder = parameters["storage.location.template"]?.replace(placeholder("source"), "acme");
    const file = `s3://lake/${manifestKey("acme", "2026-03-02")}`.replace(folder ?? "?", "");

    expect(name).toBe("manifest_lines");
    expect(file).toBe("dt=2026-03-02.json");
    expect(partitionKeys?.map(({ name, type }) => [name, type])).toEqual([["source", "string"]]);
    expect(Object.keys(parameters).filter((key) => key.startsWith("projection."))).toEqual([
      "projection.enabled",
      "projection.source.type",
      "projection.source.values",
    ]);
  });
});
