/** What a pattern stands between that is to match anywhere in a text. */
export const ANYWHERE = ["(?s:.*)(?:", ")(?s:.*)"] as const;

/**
 * Names of Trino's that DuckDB lacks or means otherwise. A macro hides the
 * function of its name: a query that runs here gives what it gives on Athena.
 *
 * - `json_readable`, which Trino has not: half a surrogate pair, which DuckDB takes for no JSON,
 *   becomes a replacement character.
 * - `json_scalar`, which Trino has not: the second half of `json_extract_scalar`.
 * - `json_scalar_of`, which Trino has not: `json_extract_scalar`, given what DuckDB's own
 *   `json_extract_string` says: that gives an object's text, too.
 * - `json_extract_scalar`: NULL for an object, an array, JSON's null, a missing
 *   field and text that is not JSON. Parses the line once, then its fragment.
 * - `json_extract`: NULL, not an error, for text that is not JSON.
 * - `date_format`: MySQL's letters.
 * - `regexp_like`: not `regexp_matches`, which DuckDB tests only after it has computed all columns.
 * - `regexp_extract`: NULL, not an empty string, where nothing matches.
 * - `regexp_replace`: every match.
 * - `sequence`: both ends included.
 * - `min_by`: also where what it gives is NULL.
 * - `to_utf8`, `sha256`: bytes, which `to_hex` writes in capitals.
 */
export const TRINO_MACROS: readonly string[] = [
  `json_readable(json) AS CASE
    WHEN regexp_matches(json, '\\\\u[dD][89a-fA-F]') AND NOT json_valid(json)
      THEN system.main.regexp_replace(json, '\\\\u[dD][89a-fA-F]..', '�', 'g')
    ELSE json
  END`,
  `json_extract(json, path) AS TRY(system.main.json_extract(json_readable(json), path))`,
  `json_scalar(fragment) AS system.main.json_extract_string(
    nullif(system.main.regexp_extract(fragment, '^[^{\\[].*$', 0, 's'), ''),
    '$'
  )`,
  `json_extract_scalar(json, path) AS json_scalar(json_extract(json, path))`,
  `json_scalar_of(text, json, path) AS CASE
    WHEN starts_with(text, '{') OR starts_with(text, '[')
      THEN CASE json_type(json, path) WHEN 'VARCHAR' THEN text END
    ELSE text
  END`,
  `json_format(json) AS CAST(json AS VARCHAR)`,
  `from_unixtime(seconds) AS to_timestamp(seconds)`,
  `date_format(t, format) AS strftime(t, replace(replace(format, '%i', '%M'), '%s', '%S'))`,
  `regexp_like(text, pattern) AS regexp_full_match(text, concat('${ANYWHERE[0]}', pattern, '${ANYWHERE[1]}'))`,
  `regexp_extract(text, pattern) AS nullif(system.main.regexp_extract(text, pattern), '')`,
  `regexp_replace(text, pattern, replacement) AS system.main.regexp_replace(text, pattern, replacement, 'g')`,
  `array_except(list, other) AS list_distinct(list_filter(list, lambda x: NOT list_contains(other, x)))`,
  `array_join(list, separator) AS array_to_string(list, separator)`,
  `min_by(value, rank) AS arg_min_null(value, rank)`,
  `sequence(first, last, step) AS generate_series(first, last, step)`,
  `to_utf8(text) AS encode(text)`,
  `sha256(bytes) AS unhex(system.main.sha256(bytes))`,
];
