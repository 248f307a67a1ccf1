import { execFileSync } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { parseObjectKey, toObjectKey } from "../../lib/archive/object-key.ts";

/** Puts something that is no file under a path. */
type Make = (path: string) => unknown;

/** What can become of a file: its new content, by path; nothing under a path: it is not there. */
export type Change = ReadonlyMap<string, Uint8Array | Make | undefined>;

export interface DamagedFile {
  path: string;
  body: Uint8Array;
  /** The next file of its folder, or of the archive. */
  neighbour: { path: string; body: Uint8Array };
}

/** @returns each by its name */
export function damagesOf(file: DamagedFile): Map<string, Change> {
  const { path, body, neighbour } = file;
  const damages: [string, Change][] = [
    // What is in a file of the other source is read by the same code.
    ...(path.includes("source=acme") ? [] : changesOf(file)),
    ["delete", new Map([[path, undefined]])],
    [
      "swap",
      new Map([
        [path, neighbour.body],
        [neighbour.path, body],
      ]),
    ],
    ...otherNames(path).flatMap(([how, other]): [string, Change][] => [
      [
        `rename ${how}`,
        new Map([
          [path, undefined],
          [other, body],
        ]),
      ],
      [`copy ${how}`, new Map([[other, body]])],
    ]),
  ];
  const before = new Map([
    [path, body],
    [neighbour.path, neighbour.body],
  ]);
  // Two that are equal can be swapped, and an empty one emptied.
  return new Map(damages.filter(([, change]) => !isSame(change, before)));
}

/** Something else under the same name. */
function changesOf({ path, body }: DamagedFile): [string, Change][] {
  const contents: [string, Uint8Array | Make][] = [
    ["empty", new Uint8Array()],
    ["truncate", body.subarray(0, Math.floor(body.byteLength / 2))],
    ["cut the last byte", body.subarray(0, -1)],
    ["append a byte", Buffer.concat([body, Buffer.from(" ")])],
    ...[0, 0.25, 0.5, 0.75, 1].map((part): [string, Uint8Array] => [
      `flip at ${part * 100} %`,
      flipped(body, Math.round(part * (body.byteLength - 1))),
    ]),
    ["replace by a pipe", (path) => execFileSync("mkfifo", [path])],
    ["replace by a folder", (path) => mkdir(path)],
    ["replace by a link that leads nowhere", (path) => symlink("nowhere", path)],
    ["replace by a circle of links", (path) => symlink(path, path)],
  ];
  return contents.map(([name, content]) => [name, new Map([[path, content]])]);
}

function flipped(body: Uint8Array, at: number): Uint8Array {
  const bytes = Buffer.from(body);
  if (bytes.byteLength > 0) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
  return bytes;
}

function otherNames(path: string): [string, string][] {
  const names: [string, string][] = [
    ["to a hidden name", path.replace(/[^/]+$/, ".$&")],
    ["to an unknown name", `${path}.bak`],
    ["to another day", path.replace(/dt=\d{4}/, "dt=2025")],
    ["to another source", path.replace(/source=\w+/, "source=other")],
    ["to another hash", path.replace(/[0-9a-f]{15}(?=\.json)/, "0123456789abcde")],
    ["to another hour", toAnotherHour(path)],
    ["to other times", toOtherTimes(path)],
    ["to a later revision", path.replace(/(?<=dt=\d{4}-\d\d-\d\d)(?:\.\d+)?(?=\.)/, ".9")],
  ];
  return names.filter(([, name]) => name !== path);
}

function toAnotherHour(path: string): string {
  const name = parseObjectKey(path);
  if (name === undefined) return path.replace("hour=09", "hour=10");
  const [minDateCreate, maxDateCreate] = [name.minDateCreate + 3600, name.maxDateCreate + 3600];
  return toObjectKey({ ...name, minDateCreate, maxDateCreate });
}

/** Of the same hour. */
function toOtherTimes(path: string): string {
  const name = parseObjectKey(path);
  return name === undefined
    ? path
    : toObjectKey({ ...name, maxDateCreate: name.maxDateCreate + 1 });
}

function isSame(change: Change, before: Change): boolean {
  return [...change].every(([path, body]) => {
    const other = before.get(path);
    return (
      body instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(body, other) === 0
    );
  });
}
