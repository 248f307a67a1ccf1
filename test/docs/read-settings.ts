/**
 * The settings that the configuration's schema declares, read from its text:
 * docstrings are not there when it runs.
 *
 * It relies on how the schema is written and formatted: `const NAME = section({ … })`
 * for a group of settings, one `key: kind(…)` each, below its docstring.
 */

export interface Setting {
  /** As in `sources[].alarms.lag`. */
  path: string;
  /** Its docstring on one line; empty when it has none. */
  description: string;
  /** Markdown; empty for a group. */
  allowed: string;
  /** Markdown; empty when there is none, or the description says it. */
  standard: string;
}

/** @param root - the constant that holds the whole schema */
export function readSettings(source: string, root: string): Setting[] {
  const sections = new Map(
    [...source.matchAll(/^(?:export )?const (\w+) = section\(\{\n([\s\S]*?)^\}\);/gm)].map(
      ([, name = "", body = ""]) => [name, body],
    ),
  );
  const kinds = new Map(
    [...source.matchAll(/^const (\w+) = (matching\([\s\S]*?\n\));/gm)].map(
      ([, name = "", expression = ""]) => [name, expression],
    ),
  );
  return settingsOf(sections.get(root) ?? "", "", sections, kinds);
}

function settingsOf(
  body: string,
  prefix: string,
  sections: ReadonlyMap<string, string>,
  kinds: ReadonlyMap<string, string>,
): Setting[] {
  return members(body).flatMap(({ key, description, expression }) => {
    const isList = expression.startsWith("list(");
    const path = `${prefix}${key}`;
    const inner = `${path}${isList ? "[]" : ""}.`;
    const [, name = ""] = /^(?:list\()?(\w+)/.exec(expression) ?? [];
    const nested =
      /section\(\{\n([\s\S]*)^ *\}\)/m.exec(expression)?.[1] ??
      /section\(\{ ([^}]*) \}\)/.exec(expression)?.[1]?.replace(/, (?=\w+: )/g, ",\n") ??
      sections.get(name);
    const setting = {
      path,
      description,
      allowed: nested === undefined ? allowedOf(kinds.get(name) ?? expression) : "",
      standard: defaultOf(expression),
    };
    return nested === undefined
      ? [setting]
      : [...(description === "" ? [] : [setting]), ...settingsOf(nested, inner, sections, kinds)];
  });
}

/** The members of an object literal, in order, each with its whole expression. */
function members(body: string): { key: string; description: string; expression: string }[] {
  const indent = /^ */.exec(body)?.[0] ?? "";
  const member = new RegExp(
    `(?:^${indent}/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n)?^${indent}(\\w+)(?:: ([\\s\\S]*?))?,?$(?=\\n${indent}[\\w/]|\\n?$(?![\\s\\S]))`,
    "gm",
  );
  return [...body.trimEnd().matchAll(member)].map(
    ([, comment = "", key = "", expression = key]) => ({
      key,
      description: comment
        .replace(/^\s*\* ?/gm, "")
        .replace(/\s+/g, " ")
        .trim(),
      expression,
    }),
  );
}

/** What a kind of value accepts, in words. */
function allowedOf(expression: string): string {
  const between = /^duration\("(\w+)", "(\w+)"/.exec(expression);
  if (between) return `\`${between[1]}\` to \`${between[2]}\``;
  const either = /^durationOr\("(\w+)", "(\w+)", "(\w+)"/.exec(expression);
  if (either) return `\`"${either[1]}"\`, or \`${either[2]}\` to \`${either[3]}\``;
  const size = /^bytes\("(\w+)"\)/.exec(expression);
  if (size) return `\`${size[1]}\` or more`;
  const values = /^oneOf\(\[([^\]]+)\]/.exec(expression);
  if (values) {
    return (values[1] ?? "")
      .split(",")
      .map((value) => `\`${value.trim()}\``)
      .join(", ");
  }
  if (/^flag\b/.test(expression)) return "`true` or `false`";
  if (/^day\b/.test(expression)) return "a day written `YYYY-MM-DD`";
  if (/^timeOfDay\b/.test(expression)) return "a time of day written `HH:MM`";
  if (/^time\b/.test(expression)) return "a time written `YYYY-MM-DDTHH:MM:SSZ`";
  // The last text in a list or a pattern says what is allowed.
  return [...expression.matchAll(/(?:"((?:an?|the) [^"]+)"|'((?:an?|the) [^']+)')/g)]
    .map(([, double, single]) => double ?? single ?? "")
    .slice(-1)
    .join("");
}

function defaultOf(expression: string): string {
  const [, value = ""] = /\.(?:default|prefault)\(([^()]*)\),?$/.exec(expression) ?? [];
  return value === "" || value === "{}" ? "" : `\`${value}\``;
}
