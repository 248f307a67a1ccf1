import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CLIENT_OPTIONS } from "../../lib/aws/client-options.ts";
import { PUT_LIMIT_MS, PutTimeoutError, S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { MARGIN_MS } from "../../lib/run/lease.ts";
import { describeArchiveStore } from "../contracts/archive-store-contract.ts";
import { LocalS3 } from "../fakes/local-s3.ts";
import { type Answer, ScriptedAws } from "./scripted-aws.ts";

let server: LocalS3;
let buckets = 0;

beforeAll(async () => {
  server = await LocalS3.start();
});

afterAll(() => server.stop());

function makeStore(endpoint: string, bucket: string): S3ArchiveStore {
  const client = new S3Client({
    ...CLIENT_OPTIONS,
    endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    forcePathStyle: true,
  });
  return new S3ArchiveStore(client, bucket);
}

describeArchiveStore("S3 over HTTP", () => {
  buckets += 1;
  return makeStore(server.endpoint, `bucket-${buckets}`);
});

it("lists more objects than S3 gives in one answer", async () => {
  const keys = Array.from({ length: 2001 }, (_, i) => `many/${String(i).padStart(5, "0")}`);
  for (const key of keys) server.objects.set(`full/${key}`, Buffer.from(key));
  const listed: string[] = [];
  for await (const { key } of makeStore(server.endpoint, "full").list("many/")) listed.push(key);
  expect(listed).toEqual(keys);
});

describe("S3ArchiveStore, when S3 is in trouble", () => {
  const body = Buffer.from("the whole of it");
  let aws: ScriptedAws;
  let store: S3ArchiveStore;

  beforeEach(async () => {
    aws = await ScriptedAws.start();
    store = makeStore(aws.endpoint, "bucket");
    return () => aws.stop();
  });

  const conflict: Answer = { status: 409, body: errorBody("ConditionalRequestConflict") };
  const taken: Answer = { status: 412, body: errorBody("PreconditionFailed") };

  it.each<[string, Answer[], "created" | "exists"]>([
    ["another put of the key is under way, and fails", [conflict, { status: 200 }], "created"],
    ["another put of the key is under way, and wins", [conflict, conflict, taken], "exists"],
    ["S3 has an error", [{ status: 503 }, { status: 500 }, { status: 200 }], "created"],
    ["the answer of a put that took effect is lost", ["reset", taken], "exists"],
  ])("puts again when %s", async (_, answers, outcome) => {
    aws.answers = answers;
    expect(await store.put("a/b", body)).toBe(outcome);
    expect(aws.requests).toBe(answers.length);
  });

  it("gives a put up after three answers that another is under way", async () => {
    aws.answers = Array(9).fill(conflict);
    await expect(store.put("a/b", body)).rejects.toThrow("ConditionalRequestConflict");
    expect(aws.requests).toBe(3);
  });

  it("ends a put within half of the lease's margin, with room for clock skew", () => {
    expect(PUT_LIMIT_MS + 10_000).toBeLessThanOrEqual(MARGIN_MS / 2);
  });

  describe("ends a put as a whole at its limit", () => {
    /** Lets the limit of the put under way pass. */
    let passLimit: () => void;
    /** Called when the SDK, which has had an answer, begins to wait. */
    let onWait: () => void;

    beforeEach(() => {
      const { setTimeout } = globalThis;
      onWait = () => {};
      vi.spyOn(globalThis, "setTimeout").mockImplementation((run, delayMs = 0) => {
        if (delayMs === PUT_LIMIT_MS) passLimit = run;
        else if (aws.requests > 0 && delayMs >= 1000) onWait();
        return setTimeout(run, delayMs).unref();
      });
    });

    it("when an attempt gets no whole answer", async () => {
      const whole = Buffer.from("never whole");
      aws.answers = [{ status: 200, body: whole, stallAfterBytes: 1 }, { status: 200 }];
      aws.onStall = () => passLimit();
      await expect(store.put("a/b", body)).rejects.toThrow(PutTimeoutError);
      expect(aws.requests).toBe(1);
    });

    it("when the SDK waits for its next attempt", async () => {
      aws.answers = [{ status: 503, headers: { "retry-after": "3600" } }, { status: 200 }];
      onWait = () => passLimit();
      await expect(store.put("a/b", body)).rejects.toThrow(PutTimeoutError);
      expect(aws.requests).toBe(1);
    });
  });

  it("ends a put at once when the caller's signal is aborted, whatever the limit", async () => {
    const stop = new AbortController();
    aws.answers = [{ status: 200, body, stallAfterBytes: 1 }];
    aws.onStall = () => stop.abort(new Error("enough"));
    await expect(store.put("a/b", body, stop.signal)).rejects.toThrow("enough");
    expect(aws.requests).toBe(1);
  });

  it("gets an object again whose body was cut", async () => {
    aws.answers = [
      { status: 200, body, cutAfterBytes: 5 },
      { status: 200, body },
    ];
    expect(Buffer.from(await store.get("a/b"))).toEqual(body);
    expect(aws.requests).toBe(2);
  });

  it("does not put again when S3 refuses", async () => {
    aws.answers = [{ status: 403, body: errorBody("AccessDenied") }];
    await expect(store.put("a/b", body)).rejects.toThrow("AccessDenied");
    expect(aws.requests).toBe(1);
  });
});

function errorBody(code: string): Buffer {
  return Buffer.from(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
