import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** The folder of a package, and its name. */
const PACKAGE = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/;
const TEXT_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * What the licences of bundled packages ask for: each package with its licence and its texts, and a
 * text that several have once.
 *
 * @param directory - absolute; paths of the metafiles are relative to it
 * @throws {Error} when a package names no licence
 */
export async function thirdPartyNotices(
  directory: string,
  metafiles: readonly Metafile[],
): Promise<string> {
  const packagesByText = new Map<string, string[]>();
  for (const folder of packageFolders(metafiles)) {
    const path = join(directory, folder);
    const { name, version, license } = JSON.parse(
      await readFile(join(path, "package.json"), "utf8"),
    );
    if (typeof license !== "string") throw new Error(`${folder} names no licence`);
    const files = (await readdir(path)).filter((file) => TEXT_FILE.test(file)).toSorted();
    const texts = await Promise.all(files.map((file) => readFile(join(path, file), "utf8")));
    const text = texts.map((each) => each.replaceAll("\r\n", "\n").trim()).join("\n\n");
    const others = packagesByText.get(text) ?? [];
    packagesByText.set(text, [...others, `${name} ${version} (${license})`]);
  }
  const sections = [...packagesByText].map(
    ([text, packages]) => `${packages.join("\n")}\n\n${text}`,
  );
  return `Code of these packages is part of this one.\n\n${sections.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

/** @returns the folders of the packages whose code is in the outputs, ascending */
function packageFolders(metafiles: readonly Metafile[]): string[] {
  const inputs = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap((output) => Object.entries(output.inputs))
    .flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
  const folders = inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}
