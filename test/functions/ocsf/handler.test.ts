import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING } from "../../../fake-slack/entries.ts";
import { alertKey } from "../../../lib/archive/alert-object.ts";
import { S3ArchiveStore } from "../../../lib/aws/s3-archive-store.ts";
import { AlertLog } from "../../../lib/detect/alert-log.ts";
import { EVENTS_METRICS } from "../../../lib/stack/metrics.ts";
import { makeAlert } from "../../detect/make-alert.ts";
import { synthesize } from "../../infra/synthesize.ts";
import { fillArchive, sealDays } from "../../seal/sealed-archive.ts";
import { type DeployedFunction, SourceTestBed } from "../source-bed.ts";

const DAYS = ["2026-02-28", "2026-03-01"] as const;
const [FIRST, SECOND] = DAYS;
const ENTRIES = 6;

let bed: SourceTestBed;
let ocsf: DeployedFunction;
let eventsBucket: string;

beforeAll(async () => {
  const { template } = synthesize({ sources: [{ name: "grid" }], ocsf: { enabled: true } });
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000, template.toJSON());
  ocsf = await bed.load("ocsf");
  bed.prepare();
  const [id] = bed.account.deployment.one("AWS::S3::Bucket", "OcsfBucket");
  eventsBucket = bed.account.deployment.named(id).ref;
  const archive = new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket);
  await fillArchive(archive, "grid", DAYS);
  await sealDays(archive, "grid", DAYS);
});

afterAll(() => bed.stop());
beforeEach(() => bed.prepare());

const files = () =>
  [...bed.account.s3.objects.keys()].filter((path) => path.startsWith(`${eventsBucket}/ext/`));

describe("the function that writes events", () => {
  it("plans the sealed days, one after the other", async () => {
    const before = await bed.call<{ day: string }>(ocsf, { op: "plan" });
    expect(before).toMatchObject({ day: FIRST });
    expect(await bed.call(ocsf, { op: "plan", before })).toMatchObject({ day: SECOND });
  });

  it("plans no day into the next execution", async () => {
    expect(await bed.call(ocsf, bed.planAfterHours(21))).toHaveProperty("day");
    expect(await bed.call(ocsf, bed.planAfterHours(22))).not.toHaveProperty("day");
  });

  it("writes a day, with the rights of its role alone", async () => {
    expect(await bed.call(ocsf, { op: "events", day: FIRST })).toMatchObject({
      next: "done",
      entries: ENTRIES,
    });
    expect(files()).toEqual([
      expect.stringMatching(
        /\/ext\/slack-3002\/1\.5\.0\/region=[^/]+\/accountId=\d{12}\/eventDay=20260228\/grid_r1_[0-9a-f]{16}\.zstd\.parquet$/,
      ),
    ]);
    expect(bed.metric(EVENTS_METRICS.written)).toEqual([ENTRIES]);
    expect(bed.account.refusals).toEqual([]);
    expect(await bed.call(ocsf, { op: "plan" })).toMatchObject({ day: SECOND });
  });

  it("counts a day that is not what was sealed, and goes on", async () => {
    const [key = ""] = [...bed.objects.keys()].filter((name) => name.includes(`dt=${SECOND}/`));
    bed.account.s3.objects.set(`${bed.bucket}/${key}`, Buffer.from("changed"));

    expect(await bed.call(ocsf, { op: "events", day: SECOND })).toMatchObject({ next: "done" });
    expect(bed.metric(EVENTS_METRICS.notWritten)).toEqual([1]);
    expect(bed.output.join("\n")).toContain("run verify");
    expect(files()).toHaveLength(1);
  });

  it("writes the alerts of a day that is over, sealed or not, with the rights of its role alone", async () => {
    const alert = makeAlert("intune-disabled/grid/2026-01-05T10:00:00Z/0");
    const archive = new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket);
    await new AlertLog(archive).keep(alert);

    expect(await bed.call(ocsf, { op: "plan" })).toMatchObject({ day: "2026-01-05" });
    const day = { op: "events", day: "2026-01-05" };
    expect(await bed.call(ocsf, day)).toMatchObject({ next: "done", alerts: 1 });
    expect(bed.account.refusals).toEqual([]);
    expect(files()).toContainEqual(
      expect.stringMatching(/slack-2004.*eventDay=20260105\/grid_alerts_[0-9a-f]{16}\.zstd/),
    );
    expect(await bed.call(ocsf, { op: "plan" })).toMatchObject({ day: SECOND });

    await new AlertLog(archive).keep({ ...alert, id: `${alert.id}1` });
    bed.account.s3.objects.set(
      `${bed.bucket}/${alertKey({ ...alert, id: `${alert.id}1` })}`,
      Buffer.from("changed"),
    );
    expect(await bed.call(ocsf, day)).toMatchObject({ next: "done" });
    expect(bed.metric(EVENTS_METRICS.notWritten)).toEqual([0, 1]);
  });
});
