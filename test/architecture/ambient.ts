import { parseSync, Visitor } from "oxc-parser";

/** Folders whose code takes clock, sleep, randomness, network and environment from outside. */
export const ENGINE =
  /^lib\/(archive|run|ingest|backfill|import|seal|detect|ocsf|security-lake|sql|ports\.ts|duration\.ts|time\.ts)/;

const GLOBALS =
  /^(setTimeout|setInterval|setImmediate|fetch|process|performance|crypto|globalThis)$/;

/** @returns one line a use of the time, chance or surroundings of this process */
export function ambientUses(path: string, text: string): string[] {
  const found: string[] = [];
  const add = ({ start, end }: { start: number; end: number }) => {
    const line = text.slice(0, start).split("\n").length;
    found.push(`${path}:${line} uses ${text.slice(start, end)}: take it from a port or an option`);
  };
  new Visitor({
    CallExpression({ callee }) {
      if (callee.type === "Identifier" && GLOBALS.test(callee.name)) add(callee);
    },
    NewExpression(node) {
      if (text.slice(node.callee.start, node.callee.end) === "Date" && node.arguments.length === 0)
        add(node);
    },
    MemberExpression(node) {
      if (node.object.type !== "Identifier") return;
      const isGlobal = GLOBALS.test(node.object.name);
      if (isGlobal || /^(Date\.now|Math\.random)$/.test(text.slice(node.start, node.end)))
        add(node);
    },
  }).visit(parseSync(path, text).program);
  return found;
}
