import type { ArchiveStore, StoredObject } from "../../lib/ports.ts";
import type { EventStore } from "../../lib/security-lake/write-day-events.ts";

type Write = (archive: ArchiveStore, events: EventStore) => Promise<unknown>;

/** @returns how many calls of the stores a writing takes: it could be killed at each */
export async function countCalls(
  write: Write,
  from: ArchiveStore,
  to: EventStore,
): Promise<number> {
  let calls = 0;
  await write(
    ...around(from, to, async (call) => {
      calls += 1;
      return call();
    }),
  );
  return calls;
}

/** Stores for a writing that is killed at one of their calls. */
export function killed(
  from: ArchiveStore,
  to: EventStore,
  at: number,
  moment: "before" | "after",
): [ArchiveStore, EventStore] {
  let calls = 0;
  return around(from, to, async (call) => {
    calls += 1;
    if (calls < at) return call();
    if (calls === at && moment === "after") await call();
    throw new Error("killed");
  });
}

/** Stores each of whose calls goes through a function. */
function around(
  from: ArchiveStore,
  to: EventStore,
  through: <T>(call: () => Promise<T>) => Promise<T>,
): [ArchiveStore, EventStore] {
  const list = (store: Pick<ArchiveStore, "list">) =>
    async function* (prefix: string) {
      yield* await through(async () => {
        const found: StoredObject[] = [];
        for await (const object of store.list(prefix)) found.push(object);
        return found;
      });
    };
  return [
    {
      get: (key) => through(() => from.get(key)),
      put: (...call) => through(() => from.put(...call)),
      list: list(from),
    },
    {
      get: (key) => through(() => to.get(key)),
      put: (...call) => through(() => to.put(...call)),
      remove: (key) => through(() => to.remove(key)),
      list: list(to),
    },
  ];
}
