import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { html, Markup, visibleText } from "./html.ts";
import { formatCount, table } from "./tables.ts";

/** Plot draws into a document; this is one without a browser. */
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** A chart is drawn for a wide page and again for a telephone; the style sheet shows one of them. */
const WIDTHS = { wide: 920, narrow: 350 } as const;

/** Of a label, pixels: of DejaVu Sans, the widest font that systems have for pages. */
const CHARACTER_WIDTH = 7;

/** What Plot is told; width, document and class are added. */
export type Draw = (isNarrow: boolean) => Plot.PlotOptions;

/**
 * A chart with its caption, and the table of what it shows.
 *
 * @param label - what a screen reader says in place of the picture: its message
 */
export function figure({
  caption,
  label,
  draw,
  legend,
  table,
}: {
  caption: string;
  label: string;
  draw: Draw;
  legend?: Markup | undefined;
  table: Markup;
}): Markup {
  return html`<figure class="chart">
<figcaption>${caption}</figcaption>
${legend}
${svg("wide", label, draw)}
${svg("narrow", label, draw)}
<details><summary>The chart as a table</summary>${table}</details>
</figure>`;
}

/** Colours and their meaning, in words. */
export function legend(
  items: readonly { className: string; name: string; sign?: string }[],
): Markup {
  return html`<ul class="legend">${items.map(
    ({ className, name, sign }) =>
      html`<li><span class="swatch ${className}" aria-hidden="true">${sign}</span>${name}</li>`,
  )}</ul>`;
}

function svg(size: keyof typeof WIDTHS, label: string, draw: Draw): Markup {
  const drawn = Plot.plot({
    ...draw(size === "narrow"),
    width: WIDTHS[size],
    document,
    className: "plot",
  });
  // The page's own style sheet is the only one that its policy allows.
  for (const style of drawn.querySelectorAll("style")) style.remove();
  for (const styled of [drawn, ...drawn.querySelectorAll("[style]")])
    styled.removeAttribute("style");
  // To a screen reader it is one picture.
  for (const named of drawn.querySelectorAll("[aria-label]")) named.removeAttribute("aria-label");
  drawn.setAttribute("class", `plot ${size}`);
  const text: string = drawn.outerHTML;
  return new Markup(
    text
      // Of a coordinate, hundredths of a pixel are enough; texts are left alone.
      .replace(/<[^>]*>/g, (tag) => tag.replace(/(\d\.\d\d)\d+/g, "$1"))
      .replace("<svg", () => html`<svg role="img" aria-label="${label}"`.text),
  );
}

/** The axis of time: days where there are several, hours of a day else. */
export function timeAxis(from: Date, until: Date, isNarrow: boolean): Plot.ScaleOptions {
  const isShort = until.getTime() - from.getTime() <= 2 * 86_400_000;
  const dayOf = (time: Date) =>
    time.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  return {
    type: "utc",
    domain: [from, until],
    label: null,
    ticks: isNarrow ? 4 : 8,
    tickFormat: (time: Date) => (isShort ? time.toISOString().slice(11, 16) : dayOf(time)),
  };
}

/** Names of which a screen reader hears the counts. */
const NAMES_TOLD = 3;

/**
 * The most frequent values of a column, as bars with their names.
 *
 * @param message - what the label says before the first names and their counts
 * @param unit - of the counts
 * @param barsMax - bars are drawn for the first ones; the table has all
 * @param columns - of the table
 */
export function rankingFigure(
  items: readonly Ranked[],
  {
    caption,
    message = caption,
    unit,
    color,
    columns,
    barsMax = items.length,
  }: {
    caption: string;
    message?: string;
    unit: string;
    color: string;
    columns: [string, string];
    barsMax?: number;
  },
): Markup {
  return figure({
    caption,
    label: `${message}: ${items
      .slice(0, NAMES_TOLD)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ")}`,
    draw: ranking(items.slice(0, barsMax), { unit, color }),
    table: table(caption, columns, undefined, items),
  });
}

/** As people see it. */
type Ranked = readonly [name: string, count: number];

/** Bars of counts by name, the longest first. */
function ranking(items: readonly Ranked[], { color, unit }: { color: string; unit: string }): Draw {
  return (isNarrow) => {
    const longest = Math.max(...items.map(([name]) => [...name].length));
    const charactersMax = Math.min(longest, isNarrow ? 22 : 42);
    const cut = items.map(([name, count], i) => ({
      key: String(i),
      name: visibleText(name, charactersMax),
      count,
    }));
    const names = new Map(cut.map(({ key, name }) => [key, name]));
    return {
      height: items.length * 22 + 4,
      marginTop: 0,
      marginBottom: 4,
      marginLeft: charactersMax * CHARACTER_WIDTH + 12,
      marginRight: 52,
      x: { axis: null, domain: [0, Math.max(1, ...items.map(([, count]) => count))] },
      y: {
        label: null,
        tickSize: 0,
        domain: cut.map(({ key }) => key),
        tickFormat: (key) => names.get(key) ?? "",
        padding: 0.25,
      },
      marks: [
        Plot.barX(cut, {
          x: "count",
          y: "key",
          fill: color,
          title: (d) => `${d.name}: ${formatCount(d.count)} ${unit}`,
        }),
        Plot.text(cut, {
          x: "count",
          y: "key",
          text: (d) => formatCount(d.count),
          textAnchor: "start",
          dx: 5,
          fill: "currentColor",
        }),
      ],
    };
  };
}
