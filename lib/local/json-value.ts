import {
  type DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  type DuckDBValueConverter,
  type Json,
  JsonDuckDBValueConverter,
} from "@duckdb/node-api";

/**
 * A value of DuckDB as results have it in JavaScript, the same as in the files that DuckDB
 * writes. JSON has no integers of 64 bits: those that a number does not hold exactly are strings.
 */
export const toJsonValue: DuckDBValueConverter<Json> = (value, type, converter) => {
  if (value === null) return null;
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  switch (type.typeId) {
    case DuckDBTypeId.FLOAT:
      return shortestFloat(value, type, converter);
    case DuckDBTypeId.DATE:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
      return infinityOf(value) ?? String(value);
    case DuckDBTypeId.TIMESTAMP_TZ:
      return infinityOf(value) ?? inUtc(value as DuckDBTimestampTZValue);
    default:
      return JsonDuckDBValueConverter(value, type, converter);
  }
};

/** The classes of these types print infinity as the day or second that stands for it. */
function infinityOf(value: DuckDBValue): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("isFinite" in value) || value.isFinite) return undefined;
  const [count = 0] = Object.values(value);
  return count < 0 ? "-infinity" : "infinity";
}

/** The class's own text has the offset that this machine had when the program began. */
function inUtc({ micros }: DuckDBTimestampTZValue): string {
  return `${new DuckDBTimestampValue(micros)}+00`;
}

/** Digits that tell any two numbers of 32 bits apart. */
const FLOAT_DIGITS_MAX = 9;

/** `0.1`, as DuckDB and Athena print it, for 0.10000000149011612. */
function shortestFloat(
  value: DuckDBValue,
  type: DuckDBType,
  converter: DuckDBValueConverter<Json>,
): Json {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return JsonDuckDBValueConverter(value, type, converter);
  }
  for (let digits = 6; digits < FLOAT_DIGITS_MAX; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(FLOAT_DIGITS_MAX));
}
