import { expect, onTestFinished } from "vitest";
import { MONDAY_MORNING } from "../../fake-slack/entries.ts";
import {
  type FakeSlack,
  type FakeSlackOptions,
  startFakeSlack,
} from "../../fake-slack/fake-slack.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

export const NOON = MONDAY_MORNING + 3 * 3600;

export let fake: FakeSlack;
export let clock: VirtualClock;

/** Starts the fake that the other functions call, until the test ends or starts another. */
export async function start(options: FakeSlackOptions = {}): Promise<void> {
  clock = new VirtualClock(NOON * 1000);
  fake = await startFakeSlack({ clock, ...options });
  onTestFinished(() => fake.close());
}

export interface Params {
  [name: string]: string | number | undefined;
}

export function call(path: string, params: Params = {}, init: RequestInit = {}): Promise<Response> {
  const url = new URL(path, fake.baseUrl);
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) {
      url.searchParams.set(name, String(value));
    }
  }
  return fetch(url, {
    headers: { authorization: `Bearer ${fake.token}` },
    redirect: "manual",
    ...init,
  });
}

export interface Page {
  entries: { id: string; date_create: number; action: string }[];
  response_metadata?: { next_cursor?: string | null };
}

export async function logs(params: Params = {}): Promise<Page> {
  const response = await call("logs", params);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

/** Follows the cursors to the end. */
export async function list(params: Params = {}): Promise<{ pages: Page[]; ids: string[] }> {
  const pages: Page[] = [];
  let cursor: string | undefined;
  do {
    const page = await logs({ ...params, cursor });
    pages.push(page);
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return { pages, ids: pages.flatMap((page) => page.entries.map(({ id }) => id)) };
}

export async function errorOf(response: Response): Promise<{ status: number; error: string }> {
  const body = (await response.json()) as { ok: boolean; error: string };
  expect(body.ok).toBe(false);
  return { status: response.status, error: body.error };
}
