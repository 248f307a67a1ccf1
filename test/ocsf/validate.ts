import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { CLASSES, type SchemaVersion } from "../../lib/ocsf/classes.ts";
import type { OcsfEvent } from "../../lib/ocsf/event.ts";

const NAMES = new Map(Object.entries(CLASSES).map(([name, { uid }]) => [uid as number, name]));
const validators = new Map<string, ValidateFunction>();
const ajvs = new Map<SchemaVersion, Ajv2020>();

/**
 * Hold an event to the published schema of its class, as stored by .ci/ocsf/store_schemas.py.
 *
 * @returns what is wrong, one line each
 */
export function problemsOf(event: OcsfEvent<string>): string[] {
  const validate = validatorFor(event.metadata.version, NAMES.get(event.class_uid) ?? "none");
  if (validate(JSON.parse(JSON.stringify(event)))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function validatorFor(version: SchemaVersion, className: string): ValidateFunction {
  const key = `${version} ${className}`;
  let validate = validators.get(key);
  if (validate === undefined) {
    validate = ajvFor(version).compile({ $ref: `${version}#/$defs/class_${className}` });
    validators.set(key, validate);
  }
  return validate;
}

function ajvFor(version: SchemaVersion): Ajv2020 {
  let ajv = ajvs.get(version);
  if (ajv === undefined) {
    const packed = readFileSync(new URL(`schemas/${version}.json.gz`, import.meta.url));
    ajv = new Ajv2020({ strict: false, validateSchema: false });
    ajv.addSchema(JSON.parse(gunzipSync(packed).toString()), version);
    ajvs.set(version, ajv);
  }
  return ajv;
}
