/** A value that holds no other, and the names on the way to it. */
type Leaf = [path: string, value: unknown];

/** Every leaf; of what holds nothing, the empty object or array itself. */
function leavesOf(value: unknown, path: string[] = []): Leaf[] {
  const isNested = typeof value === "object" && value !== null;
  const members = isNested ? Object.entries(value) : [];
  if (members.length > 0) {
    return members.flatMap(([name, child]) => leavesOf(child, [...path, name]));
  }
  return [[JSON.stringify(path), isNested ? JSON.stringify(value) : value]];
}

/**
 * Leaves of an entry that are neither in the event nor in its `unmapped`.
 *
 * In `unmapped` a leaf is where it was; in the event it is somewhere, a number perhaps as text.
 */
export function droppedLeaves(entry: unknown, event: Record<string, unknown>): Leaf[] {
  const { unmapped, raw_data: _, ...mapped } = event;
  const texts = new Set(leavesOf(mapped).map(([, value]) => String(value)));
  const left = new Map(leavesOf(unmapped));
  return leavesOf(entry).filter(([path, value]) => {
    const isLeft = left.has(path) && String(left.get(path)) === String(value);
    return !isLeft && !texts.has(String(value));
  });
}
