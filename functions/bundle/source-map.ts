import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

interface SourceMap {
  sources: string[];
  mappings: string;
}

/**
 * The same map with one mapping for each line of this project, to its beginning, and none of dependencies: it says
 * where their code begins, so that no frame of theirs is taken for a line of ours. A whole map is a fifth of a
 * function's zip.
 */
export function leanSourceMap(map: SourceMap): string {
  const sources = map.sources.filter((source) => !source.includes("node_modules/"));
  const indexes = map.sources.map((source) => sources.indexOf(source));

  const mappings = decode(map.mappings).map((segments) => {
    let place = "";
    return segments.flatMap(([column, source = -1, line = 0]): SourceMapSegment[] => {
      const previous = place;
      const index = indexes[source] ?? -1;
      place = index === -1 ? "" : `${index}:${line}`;
      if (place === previous) return [];
      return [index === -1 ? [column] : [column, index, line, 0]];
    });
  });
  return JSON.stringify({ ...map, sources, names: [], mappings: encode(mappings) });
}
