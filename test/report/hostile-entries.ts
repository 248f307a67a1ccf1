import { MONDAY_MORNING, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";

/** A name as somebody could give it to a file, an app or themselves. */
const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script></title>\u202eexe.\u0000\u001b[31m\ud800 ${"long".repeat(2500)}`;

const ACTIONS = [
  "file_downloaded",
  "file_public_link_created",
  "audit_logs_records_searched",
  "user_login",
  "user_login_failed",
  "app_installed",
  "role_change_to_owner",
  "pref.two_factor_auth_changed",
  "anomaly",
  HOSTILE,
];

/**
 * One entry of each action a day, whose texts nobody would want in a page.
 *
 * @param days - after Monday, 2026-03-02
 */
export function hostileEntries(days: readonly number[]): WireEntry[] {
  return days.flatMap((day) =>
    ACTIONS.map((action, i) =>
      makeEntry({
        id: `hostile-${day}-${i}`,
        dateCreate: MONDAY_MORNING + day * SECONDS_PER_DAY + i,
        action,
        actor: { id: `${HOSTILE}${day}`, name: HOSTILE, email: `${day}${HOSTILE}` },
        entity: { type: "file", file: { id: HOSTILE, name: HOSTILE, title: HOSTILE } },
        context: { ua: HOSTILE, ip_address: HOSTILE, app: { id: HOSTILE, name: HOSTILE } },
        details: {
          previous_value: HOSTILE,
          new_value: HOSTILE,
          reason: [HOSTILE],
          channel: "C07CASE",
        },
      }),
    ),
  );
}
