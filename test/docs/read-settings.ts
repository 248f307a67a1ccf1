/**
 * The settings of a configuration, read from the text of its interfaces:
 * docstrings are not there when it runs.
 *
 * It relies on how the interfaces are formatted: one member a line below its
 * docstring, and members of a nested object on lines of their own or all on one.
 */

export interface Setting {
  /** As in `sources[].alarms.lag`. */
  path: string;
  required: boolean;
  /** Its type in TypeScript, without line breaks; empty for a group of settings. */
  type: string;
  /** Its docstring on one line; empty when it has none. */
  description: string;
}

interface Member {
  key: string;
  required: boolean;
  type: string;
  description: string;
}

/**
 * @param source - the module's text
 * @param root - the interface that holds all settings
 * @returns groups and settings, in the order of the text, a group before what is in it
 */
export function readSettings(source: string, root: string): Setting[] {
  const interfaces = new Map<string, Member[]>();
  for (const [, name = "", base, body = ""] of source.matchAll(
    /^export interface (\w+)(?: extends (\w+))? \{\n([\s\S]*?)^\}/gm,
  )) {
    interfaces.set(name, [...membersOf(body), ...(base ? [inherited(base)] : [])]);
  }
  return settingsOf(interfaces.get(root) ?? [], "", interfaces);
}

/** Stands for the members of another interface. */
function inherited(base: string): Member {
  return { key: "", required: true, type: base, description: "" };
}

function settingsOf(
  members: readonly Member[],
  prefix: string,
  interfaces: ReadonlyMap<string, Member[]>,
): Setting[] {
  return members.flatMap(({ key, required, type, description }) => {
    const element = type.replace(/\[\]$/, "");
    const nested = element.startsWith("{")
      ? membersOf(element.slice(1, -1))
      : interfaces.get(element);
    if (key === "") return settingsOf(nested ?? [], prefix, interfaces);
    const path = `${prefix}${key}`;
    if (nested === undefined) return [{ path, required, type, description }];
    return [
      { path, required, type: "", description },
      ...settingsOf(nested, `${path}${element === type ? "" : "[]"}.`, interfaces),
    ];
  });
}

/** @param body - what is between the braces of an object type */
function membersOf(body: string): Member[] {
  const members: Member[] = [];
  let rest = body.trim();
  while (rest !== "") {
    const [all = "", comment = "", key = "", optional = ""] =
      /^(?:\/\*\*([\s\S]*?)\*\/\s*)?(\w+)(\??): /.exec(rest) ?? [];
    if (all === "") throw new Error(`not a member: ${rest.slice(0, 80)}`);
    const end = endOfType(rest, all.length);
    members.push({
      key,
      required: optional === "",
      type: rest.slice(all.length, end).replace(/\s+/g, " ").trim(),
      description: comment
        .replace(/^\s*\* ?/gm, "")
        .replace(/\s+/g, " ")
        .trim(),
    });
    rest = rest.slice(end + 1).trim();
  }
  return members;
}

/** The semicolon that ends the type, or the end of the text. */
function endOfType(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === "{") depth += 1;
    if (text[index] === "}") depth -= 1;
    if (text[index] === ";" && depth === 0) return index;
  }
  return text.length;
}
