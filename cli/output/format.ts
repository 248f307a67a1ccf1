/** `2026-05-01 12:00:00Z` */
export function formatTime(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** `12,345` */
export function formatCount(count: number): string {
  // Not Intl's: it loads megabytes at the first number.
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `3 entries`, `1 entry` */
export function formatCounted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * The first of a long list, and how many more there are; one more is shown instead.
 *
 * @param note - what follows, given that number
 */
export function limitList(
  items: readonly string[],
  shownMax: number,
  note = (rest: number) => `and ${formatCount(rest)} more`,
): string[] {
  const rest = items.length - shownMax;
  return rest > 1 ? [...items.slice(0, shownMax), note(rest)] : [...items];
}

/** `1 h 5 min`, `45 s`: the two largest units. */
export function formatSeconds(seconds: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ] as const;
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [name, size] of units) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

/** `1.4 MB` */
export function formatBytes(bytes: number): string {
  return new Intl.NumberFormat("en-US", {
    style: "unit",
    unit: bytes < 1000 ? "byte" : bytes < 1e6 ? "kilobyte" : bytes < 1e9 ? "megabyte" : "gigabyte",
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(
    bytes < 1000 ? bytes : bytes < 1e6 ? bytes / 1e3 : bytes < 1e9 ? bytes / 1e6 : bytes / 1e9,
  );
}
