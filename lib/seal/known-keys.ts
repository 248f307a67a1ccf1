import { isAlertKey } from "../archive/alert-object.ts";
import { FORMER_TABLE_PREFIX, parseColumnsKey, parseTableMarkKey } from "../archive/columns-key.ts";
import { contentHashOf, PREFIXES, SOURCE_NAME } from "../archive/object-key.ts";
import { addendumKey, parseManifestKey, signatureKey } from "../archive/sealed-day.ts";

const HOUR_RECORD =
  /^closing\/source=[^/]+\/dt=\d{4}-\d\d-\d\d\/(?:attempt=[^/]+\/)?hour=\d\d\.json$/;
/** Of days in a table that is read no more. */
const FORMER_MARK =
  /^compact\/days\/source=[^/]+\/dt=\d{4}-\d\d-\d\d(?:\/revision=[1-9]\d*)?\.json$/;

/**
 * Whether this archive gives such a name to what it stores. Nothing reads what
 * has another one: it is somebody else's, or was put there to look as if it
 * belonged.
 */
export function isKnownKey(key: string): boolean {
  // Its files have names of Athena's.
  if (key.startsWith(FORMER_TABLE_PREFIX) || key.startsWith(PREFIXES.athenaResults)) return true;
  const source = /^[a-z_]+\/(?:days\/)?source=([^/]+)\//.exec(key)?.[1] ?? "";
  return (
    SOURCE_NAME.test(source) &&
    (contentHashOf(key) !== undefined ||
      isOfManifest(source, key) ||
      isAlertKey(key) ||
      HOUR_RECORD.test(key) ||
      parseColumnsKey(key) !== undefined ||
      parseTableMarkKey(key) !== undefined ||
      FORMER_MARK.test(key))
  );
}

/** A manifest, its signature, or the note of an addendum. */
function isOfManifest(source: string, key: string): boolean {
  const asManifest = key.replace(/^[a-z]+\//, PREFIXES.manifests).replace(/\.sig$/, ".json");
  const { day, revision } = parseManifestKey(source, asManifest) ?? {};
  if (day === undefined || revision === undefined) return false;
  return (
    key === asManifest ||
    key === signatureKey(source, day, revision) ||
    // An addendum adds to the day's first manifest.
    (revision > 1 && key === addendumKey(source, day, revision))
  );
}
