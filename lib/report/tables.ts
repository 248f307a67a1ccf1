import { html, type Markup, visibleText } from "./html.ts";
import type { QuerySummary } from "./report-data.ts";

/** In any case: Athena writes its types in lower case. */
const NUMERIC_TYPE = /INT|DOUBLE|FLOAT|REAL|DECIMAL/i;
const TIME_TYPE = /^TIMESTAMP/i;

/** Characters of a cell; a column that is not named gets the rest. */
const CHARACTERS_MAX: Record<string, number> = { details: 110, user_agent: 48, client_names: 90 };
const CHARACTERS_OF_OTHERS = 90;

/** Shorter texts, such as addresses and ids, are not broken. */
const LINE_CHARACTERS = 44;

/** Rows up to which a table stands open. */
const OPEN_ROWS_MAX = 5;

/** The rows of a saved query, and how to get all of them. */
export function queryTable(query: QuerySummary): Markup {
  const { title, columns, types, rows, rowCount, command } = query;
  if (rowCount === 0) {
    return html`<p class="none" data-query="${query.name}"><b>${title}</b> <span class="count" data-rows="0">no rows</span></p>`;
  }
  const shown =
    rows.length === rowCount
      ? `${formatCount(rowCount)} ${rowCount === 1 ? "row" : "rows"}`
      : `${formatCount(rows.length)} of ${formatCount(rowCount)} rows`;
  return html`<details class="rows" data-query="${query.name}"${rowCount <= OPEN_ROWS_MAX && html` open`}>
<summary><span>${title}</span> <span class="count" data-rows="${rowCount}">${shown}</span></summary>
${table(title, columns, types, rows)}
<p class="command">All rows: <code>${command}</code></p>
</details>`;
}

/** @param types - the database's; absent: numbers are numbers, the rest is text */
export function table(
  caption: string,
  columns: readonly string[],
  types: readonly string[] | undefined,
  rows: readonly (readonly unknown[])[],
): Markup {
  const kinds = columns.map((_, i): Kind => {
    const type = types?.[i];
    if (type === undefined) return typeof rows[0]?.[i] === "number" ? "number" : "text";
    return NUMERIC_TYPE.test(type) ? "number" : TIME_TYPE.test(type) ? "time" : "text";
  });
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}: table"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${columns.map((name, i) => html`<th scope="col" class="${kinds[i]}">${visibleText(name).replaceAll("_", " ")}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((value, i) => cell(value, kinds[i] ?? "text", columns[i] ?? ""))}</tr>`)}</tbody>
</table></div>`;
}

type Kind = "number" | "time" | "text";

function cell(value: unknown, kind: Kind, column: string): Markup {
  if (value === null || value === undefined || value === "") return html`<td></td>`;
  if (kind === "number") return html`<td class="number">${formatNumber(value)}</td>`;
  if (kind === "time") return html`<td class="time">${time(String(value))}</td>`;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const isCode = /^(?:details|id|session_id|ip_address|action|value)$/.test(column);
  const shown = visibleText(text, CHARACTERS_MAX[column] ?? CHARACTERS_OF_OTHERS);
  const classes = [isCode ? "code" : "", shown.length > LINE_CHARACTERS ? "long" : ""].filter(
    Boolean,
  );
  return html`<td${classes.length > 0 && html` class="${classes.join(" ")}"`}><bdi>${shown}</bdi></td>`;
}

/**
 * A time, UTC; where scripts run, with the reader's own on hover.
 *
 * @param text - ISO 8601, or a database's timestamp
 */
export function time(text: string): Markup {
  const shown = text.slice(0, 19).replace("T", " ");
  return html`<time datetime="${shown.replace(" ", "T")}Z">${shown}</time>`;
}

function formatNumber(value: unknown): string {
  return typeof value === "number" ? value.toLocaleString("en-US") : String(value);
}

/** `12,345` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `3 entries`, `1 entry`, `no entries` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? "no" : formatCount(count)} ${count === 1 ? one : many}`;
}
