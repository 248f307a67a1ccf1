import { describe, expect, it } from "vitest";
import { checkChain, type Link } from "../../lib/seal/check-chain.ts";

const hash = (name: string) => name.repeat(64).slice(0, 64);

/** Three days, and an addendum to the first of them that was sealed last. */
const ONE: Link = {
  day: "2026-03-01",
  revision: 1,
  sequence: 1,
  previous: null,
  amends: null,
  sha256: hash("1"),
};
const TWO: Link = {
  ...ONE,
  day: "2026-03-02",
  sequence: 2,
  previous: naming(ONE),
  sha256: hash("2"),
};
const THREE: Link = {
  ...ONE,
  day: "2026-03-03",
  sequence: 3,
  previous: naming(TWO),
  sha256: hash("3"),
};
const MORE: Link = {
  ...ONE,
  revision: 2,
  sequence: 4,
  previous: naming(THREE),
  amends: ONE.sha256,
  sha256: hash("4"),
};
const CHAIN = [ONE, TWO, THREE, MORE];

function naming({ day, revision, sha256 }: Link) {
  return { day, revision, sha256 };
}

function check(links: readonly Link[], settings: Partial<Parameters<typeof checkChain>[1]> = {}) {
  const all = { source: "acme", head: undefined, unreadable: new Set<string>(), ...settings };
  const { damages, newest } = checkChain(links, all);
  return { damages: damages.map(({ kind, key }) => `${kind} ${key.split("/").at(-1)}`), newest };
}

describe("a chain", () => {
  it("is whole in any order of reading, and its newest is the head", () => {
    expect(check(CHAIN)).toEqual({ damages: [], newest: MORE });
    expect(check(CHAIN.toReversed())).toEqual({ damages: [], newest: MORE });
    expect(check([])).toEqual({ damages: [], newest: undefined });
  });

  it.each<[string, Link[], string[]]>([
    ["one is missing", [ONE, THREE, MORE], ["manifest_missing dt=2026-03-02.json"]],
    [
      "the one that an addendum amends is missing",
      [TWO, THREE, MORE],
      ["manifest_missing dt=2026-03-01.json", "manifest_missing dt=2026-03-01.json"],
    ],
    [
      "one is not what the next one has named",
      [ONE, { ...TWO, sha256: hash("x") }, THREE, MORE],
      ["manifest_changed dt=2026-03-02.json"],
    ],
    [
      "two have one place",
      [...CHAIN, { ...THREE, day: "2026-03-04", sha256: hash("5") }],
      ["chain_broken dt=2026-03-04.json"],
    ],
    [
      "one names none before it and is not the first",
      [ONE, { ...TWO, previous: null }, THREE, MORE],
      ["chain_broken dt=2026-03-02.json"],
    ],
    [
      "one passes over a number",
      [ONE, TWO, { ...THREE, previous: naming(ONE) }, MORE],
      ["chain_broken dt=2026-03-03.json"],
    ],
    [
      "an addendum names nothing that it amends",
      [ONE, TWO, THREE, { ...MORE, amends: null }],
      ["chain_broken dt=2026-03-01.2.json"],
    ],
    [
      "an addendum amends another manifest",
      [ONE, TWO, THREE, { ...MORE, amends: hash("x") }],
      ["manifest_changed dt=2026-03-01.json"],
    ],
  ])("is broken where %s", (_, links, damages) => {
    expect(check(links).damages).toEqual(damages);
  });

  it("does not miss what is there and cannot be read, which is reported already", () => {
    const unreadable = new Set(["manifests/source=acme/dt=2026-03-02.json"]);
    expect(check([ONE, THREE, MORE], { unreadable }).damages).toEqual([]);
  });

  it("has the head that was noted down, however many came after it", () => {
    expect(check(CHAIN, { head: TWO.sha256 }).damages).toEqual([]);
    expect(check(CHAIN, { head: hash("x") }).damages).toEqual([
      "head_missing dt=2026-03-01.2.json",
    ]);
    expect(check([], { head: hash("x") }).damages).toEqual(["head_missing "]);
  });

  it("has the manifest that the checkpoint says was sealed last", () => {
    expect(check(CHAIN, { sealed: THREE }).damages).toEqual([]);
    expect(check([ONE, TWO], { sealed: MORE }).damages).toEqual([
      "head_missing dt=2026-03-01.2.json",
    ]);
    expect(check([], { sealed: ONE }).damages).toEqual(["head_missing dt=2026-03-01.json"]);
  });
});
