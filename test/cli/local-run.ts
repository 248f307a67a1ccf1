import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Three hours ago, epoch seconds. */
export const START = Math.floor(Date.now() / 1000) - 3 * 3600;

/** An archive to be filled, and a Slack with 320 entries of the last three hours. */
export class LocalRun {
  readonly archive: string;
  readonly slack: FakeSlack;

  private constructor(archive: string, slack: FakeSlack) {
    this.archive = archive;
    this.slack = slack;
  }

  /** Ends with the test. */
  static async prepare(): Promise<LocalRun> {
    const slack = await startFakeSlack({
      entries: [
        ...makeEntries(300, { from: START + 60, stepSeconds: 30 }),
        ...makeEntries(20, { from: START + 4000, stepSeconds: 0 }),
      ],
    });
    onTestFinished(() => slack.close());
    return new LocalRun(join(await temporaryDirectory(), "archive"), slack);
  }

  ingestArgs(...more: string[]): string[] {
    const base = ["ingest", "--archive", this.archive, "--api-base", this.slack.baseUrl];
    return [...base, "--from", String(START), "--page-limit", "25", "--json", ...more];
  }

  /** The archive holds each entry of Slack once, as Slack sent it. */
  async expectTruth(): Promise<void> {
    const lines = await archivedLines(this.archive);
    const byId = new Map(lines.map((line) => [JSON.parse(line).id as string, line]));
    expect(byId).toEqual(this.slack.truth());
    expect(lines).toHaveLength(byId.size);
  }
}

export async function archivedLines(archive: string): Promise<string[]> {
  const store = new DirectoryArchiveStore(archive);
  const lines: string[] = [];
  for await (const { key } of store.list("audit_logs/")) {
    for (const line of await decodeLines(key, await store.get(key))) {
      lines.push(Buffer.from(line).toString());
    }
  }
  return lines;
}
