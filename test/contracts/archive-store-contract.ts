import { beforeEach, describe, expect, it } from "vitest";
import { type ArchiveStore, ObjectMissingError, type StoredObject } from "../../lib/ports.ts";

const HOUR = "audit_logs/source=acme/dt=2026-03-02/hour=09/";
const BODY = Buffer.from([0x1f, 0x8b, 0x00, 0xff, 0x0a]);

/** What every archive store does. `make` gives one that is empty. */
export function describeArchiveStore(
  name: string,
  make: () => ArchiveStore | Promise<ArchiveStore>,
): void {
  describe(`${name} as an archive store`, () => {
    let store: ArchiveStore;
    beforeEach(async () => {
      store = await make();
    });

    async function listed(prefix: string): Promise<StoredObject[]> {
      const objects: StoredObject[] = [];
      for await (const object of store.list(prefix)) objects.push(object);
      return objects;
    }

    it("gives back the bytes that were put", async () => {
      expect(await store.put(`${HOUR}a.json.gz`, BODY)).toBe("created");
      expect(Buffer.from(await store.get(`${HOUR}a.json.gz`))).toEqual(BODY);
    });

    it("keeps the first body of a key for ever", async () => {
      await store.put(`${HOUR}a.json.gz`, BODY);
      expect(await store.put(`${HOUR}a.json.gz`, Buffer.from("other"))).toBe("exists");
      expect(Buffer.from(await store.get(`${HOUR}a.json.gz`))).toEqual(BODY);
      expect(await listed("")).toEqual([{ key: `${HOUR}a.json.gz`, sizeBytes: BODY.length }]);
    });

    it("lets one of many puts of a key create it", async () => {
      const puts = Array.from({ length: 8 }, () => store.put(`${HOUR}a.json.gz`, BODY));
      const created = (await Promise.all(puts)).filter((outcome) => outcome === "created");
      expect(created).toHaveLength(1);
    });

    it("stores nothing when its signal is aborted", async () => {
      const put = store.put(`${HOUR}a.json.gz`, BODY, AbortSignal.abort(new Error("enough")));
      await expect(put).rejects.toThrow(/enough|aborted/);
      expect(await listed("")).toEqual([]);
    });

    it("stores an empty body", async () => {
      await store.put(`${HOUR}empty`, new Uint8Array());
      expect((await store.get(`${HOUR}empty`)).byteLength).toBe(0);
      expect(await listed(HOUR)).toEqual([{ key: `${HOUR}empty`, sizeBytes: 0 }]);
    });

    it("lists what begins with the prefix, ascending by key", async () => {
      const keys = [`${HOUR}a`, `${HOUR}b`, `${HOUR.replace("hour=09", "hour=10")}a`];
      for (const key of keys.toReversed()) await store.put(key, BODY);
      await store.put("quarantine/source=acme/x", BODY);
      expect((await listed("audit_logs/")).map(({ key }) => key)).toEqual(keys);
      expect((await listed(HOUR)).map(({ key }) => key)).toEqual(keys.slice(0, 2));
      expect((await listed(`${HOUR}b`)).map(({ key }) => key)).toEqual([`${HOUR}b`]);
    });

    it("lists nothing where there is nothing", async () => {
      expect(await listed("audit_logs/source=nobody/")).toEqual([]);
    });

    it("throws ObjectMissingError, with the key, for an object that is not there", async () => {
      await expect(store.get(`${HOUR}none`)).rejects.toThrow(ObjectMissingError);
      await expect(store.get(`${HOUR}none`)).rejects.toThrow(`${HOUR}none`);
    });
  });
}
