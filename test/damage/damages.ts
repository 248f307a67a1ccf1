/** What can become of a file: its new content, by path; nothing under a path: it is not there. */
export type Change = ReadonlyMap<string, Uint8Array | undefined>;

export interface DamagedFile {
  path: string;
  body: Uint8Array;
  /** The next file of its folder, or of the archive. */
  neighbour: { path: string; body: Uint8Array };
}

/** @returns each by its name */
export function damagesOf({ path, body, neighbour }: DamagedFile): Map<string, Change> {
  const flips = [0, 0.25, 0.5, 0.75, 1].map((part): [string, Change] => [
    `flip at ${part * 100} %`,
    new Map([[path, flipped(body, Math.round(part * (body.byteLength - 1)))]]),
  ]);
  const damages: [string, Change][] = [
    ["delete", new Map([[path, undefined]])],
    ["empty", new Map([[path, new Uint8Array()]])],
    ["truncate", new Map([[path, body.subarray(0, Math.floor(body.byteLength / 2))]])],
    ["cut the last byte", new Map([[path, body.subarray(0, -1)]])],
    ["append a byte", new Map([[path, Buffer.concat([body, Buffer.from(" ")])]])],
    ...flips,
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
    ["to a later revision", path.replace(/(?<=dt=\d{4}-\d\d-\d\d)(?:\.\d+)?(?=\.)/, ".9")],
  ];
  return names.filter(([, name]) => name !== path);
}

function isSame(change: Change, before: Change): boolean {
  return [...change].every(([path, body]) => {
    const other = before.get(path);
    return body !== undefined && other !== undefined && Buffer.compare(body, other) === 0;
  });
}
