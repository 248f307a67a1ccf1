import { type Alert, identityOf, makeAlert as toAlert } from "../../lib/detect/alert.ts";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { intuneDisabled } from "../../lib/detect/rules/intune-disabled.ts";

/** An alert of the hour from 10:00 UTC on 5 January 2026. */
export function makeAlert(id: string, more: Partial<Alert> = {}): Alert {
  const dateCreate = Date.UTC(2026, 0, 5, 10, 30) / 1000;
  const entry = { ...exampleEntry("intune_disabled"), date_create: dateCreate };
  const objectKey =
    "audit_logs/source=grid/dt=2026-01-05/hour=10/1767609000-1767609000-0123456789abcdef.json.gz";
  const found = { entry, source: "grid", objectKey, line: JSON.stringify(entry) };
  const of = {
    ...identityOf(intuneDisabled, found, 3600),
    title: intuneDisabled.alertTitle(entry),
    periodSeconds: 3600,
  };
  const entries = { count: 1, ids: [entry.id], first: dateCreate, last: dateCreate };
  return { ...toAlert(intuneDisabled, found, of, entries), id, ...more };
}
