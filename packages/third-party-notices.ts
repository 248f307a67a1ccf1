import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** The folder of a package. */
const PACKAGE = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/;
const TEXT_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * What the licences of bundled packages ask for: each package with its licence and its texts, and a
 * text that several have once.
 *
 * @param paths - absolute, of all modules whose code is in a bundle
 * @throws {Error} when a package names no licence
 */
export async function thirdPartyNotices(paths: readonly string[]): Promise<string> {
  const packagesByText = new Map<string, string[]>();
  const folders = new Set(paths.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  for (const folder of [...folders].toSorted()) {
    const { name, version, license } = JSON.parse(
      await readFile(join(folder, "package.json"), "utf8"),
    );
    if (typeof license !== "string") throw new Error(`${folder} names no licence`);
    const files = (await readdir(folder)).filter((file) => TEXT_FILE.test(file)).toSorted();
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    const text = texts.map((each) => each.replaceAll("\r\n", "\n").trim()).join("\n\n");
    const others = packagesByText.get(text) ?? [];
    packagesByText.set(text, [...others, `${name} ${version} (${license})`]);
  }
  const sections = [...packagesByText].map(
    ([text, packages]) => `${packages.join("\n")}\n\n${text}`,
  );
  return `Code of these packages is part of this one.\n\n${sections.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

/**
 * @param directory - absolute; paths of the metafile are relative to it
 * @returns the paths of all modules whose code is in esbuild's outputs
 */
export function bundledModules(directory: string, { outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [join(directory, path)] : []));
}
