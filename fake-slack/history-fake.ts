import type { AuditLogsClientOptions } from "../lib/slack/client.ts";
import { SECONDS_PER_DAY } from "../lib/time.ts";

/** Where the history begins: 2024-01-01. */
const FROM = Date.UTC(2024, 0, 1) / 1000;

/** A Slack whose entries are computed on demand, so that none are in memory. */
export interface HistoryFake {
  entries: number;
  /** Epoch seconds, included and excluded. */
  from: number;
  until: number;
  /** Of the entry with this number, counted from 0, oldest first. */
  textOf(index: number): string;
  secondOf(index: number): number;
  indexOf(id: string): number;
  fetch: NonNullable<AuditLogsClientOptions["fetch"]>;
}

/** Evenly spread, except that every fiftieth shares a second with its neighbours. */
export function historyFake({ entries, days }: { entries: number; days: number }): HistoryFake {
  const until = FROM + days * SECONDS_PER_DAY;
  const secondOf = (index: number) => {
    const even = index - (index % 50 < 5 ? index % 50 : 0);
    return FROM + Math.floor((even * (until - FROM)) / entries);
  };
  const textOf = (index: number) =>
    `{"id":"entry-${index}","date_create":${secondOf(index)},"action":"file_downloaded","actor":{"type":"user","user":{"id":"U${index % 997}","email":"user.${index % 997}@example.com"}},"context":{"ip_address":"192.0.2.${index % 250}","session_id":${9007199254740993n + BigInt(index)}}}`;
  /** How many entries are older than a second. */
  const countBefore = (second: number) => {
    let [low, high] = [0, entries];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (secondOf(middle) < second) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const fetch = async (href: string) => {
    const params = new URL(href).searchParams;
    const first = countBefore(Number(params.get("oldest")));
    const end = Number(params.get("cursor") ?? countBefore(Number(params.get("latest")) + 1));
    const begin = Math.max(first, end - Number(params.get("limit")));
    const texts: string[] = [];
    for (let index = end - 1; index >= begin; index--) texts.push(textOf(index));
    const cursor = begin > first ? String(begin) : "";
    return new Response(
      `{"entries":[${texts.join(",")}],"response_metadata":{"next_cursor":"${cursor}"}}`,
    );
  };
  return {
    entries,
    from: FROM,
    until,
    textOf,
    secondOf,
    indexOf: (id) => Number(id.slice("entry-".length)),
    fetch: fetch as unknown as HistoryFake["fetch"],
  };
}
