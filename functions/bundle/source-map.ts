import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

/** Of a source in a dependency: the name of its package. */
const PACKAGE = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/;

interface SourceMap {
  sources: string[];
  mappings: string;
}

/**
 * The same map with one mapping for each line of this project, to its beginning, and one for each stretch of a
 * package's code: it names the package. A whole map is a fifth of a function's zip.
 */
export function leanSourceMap(map: SourceMap): string {
  const sources = map.sources.map((source) => source.replace(PACKAGE, "node_modules/$1"));
  const names = [...new Set(sources)];
  const indexes = sources.map((source) => names.indexOf(source));
  const isOurs = sources.map((source, index) => source === map.sources[index]);

  const mappings = decode(map.mappings).map((segments) => {
    let place = "";
    return segments.flatMap(([column, source = -1, line = 0]): SourceMapSegment[] => {
      const previous = place;
      place = `${indexes[source]}:${isOurs[source] ? line : 0}`;
      if (place === previous) return [];
      if (source === -1) return [[column]];
      return [[column, indexes[source] ?? 0, isOurs[source] ? line : 0, 0]];
    });
  });
  return JSON.stringify({ ...map, sources: names, names: [], mappings: encode(mappings) });
}
