import * as Plot from "@observablehq/plot";
import { figure } from "./charts.ts";
import type { Markup } from "./html.ts";
import { counted, table } from "./tables.ts";
import { LAND_TEXT, PLACES_TEXT } from "./world.ts";

type Position = [longitude: number, latitude: number];

const LAND = {
  type: "MultiPolygon" as const,
  coordinates: LAND_TEXT.trim()
    .split("\n")
    .map((polygon) => polygon.split(";").map(toRing)),
};

/** By code in ISO 3166-1. */
export const PLACES: ReadonlyMap<string, Position> = new Map(
  PLACES_TEXT.split(/[;\n]/)
    .map((place) => place.trim())
    .filter((place) => place !== "")
    .map((place): [string, Position] => {
      const [code = "", position = ""] = place.split(" ");
      return [code, toPosition(position)];
    }),
);

/** Radii, pixels: of the largest count, and so that the smallest is still seen. */
const RADII = { wide: { most: 30, least: 3 }, narrow: { most: 15, least: 2 } };

/**
 * Counts by country, as circles on a map of the world. A circle shows a small state, too, and its
 * area what a coloured area could not: twice as many is twice as large.
 *
 * @param countries - descending; a code that is on no map is in the table only
 */
export function worldFigure(
  countries: readonly { code: string; name: string; count: number }[],
  { caption, unit, color }: { caption: string; unit: string; color: string },
): Markup {
  const most = countries[0]?.count ?? 1;
  const circles = countries.flatMap(({ code, name, count }) => {
    const position = PLACES.get(code);
    if (position === undefined) return [];
    return { position, title: `${name}: ${counted(count, unit)}`, share: count / most };
  });
  return figure({
    caption,
    label: `${caption}: a map with ${counted(circles.length, "country", "countries")}`,
    draw: (isNarrow) => {
      const { most, least } = isNarrow ? RADII.narrow : RADII.wide;
      return {
        height: isNarrow ? 158 : 415,
        margin: 1,
        projection: { type: "equal-earth", domain: LAND },
        r: { type: "identity" },
        marks: [
          Plot.geo(LAND, { fill: "var(--line)" }),
          // The smaller ones in front of the larger.
          Plot.dot(circles, {
            x: ({ position }) => position[0],
            y: ({ position }) => position[1],
            r: ({ share }) => Math.max(least, most * Math.sqrt(share)),
            fill: color,
            fillOpacity: 0.75,
            stroke: "var(--page)",
            strokeWidth: 0.75,
            title: "title",
          }),
        ],
      };
    },
    table: table(
      caption,
      ["country", `${unit}s`],
      undefined,
      countries.map(({ name, count }) => [name, count]),
    ),
  });
}

/** Closed, as GeoJSON wants it. */
function toRing(text: string): Position[] {
  const points = text.split(" ").map((point) => {
    const [longitude, latitude] = toPosition(point);
    return [longitude / 10, latitude / 10] as Position;
  });
  return [...points, points[0] as Position];
}

function toPosition(text: string): Position {
  const [longitude = 0, latitude = 0] = text.split(",").map(Number);
  return [longitude, latitude];
}
