import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { TokenRefreshError } from "../../lib/ports.ts";
import { formatStoredToken, parseStoredToken } from "../../lib/stack/stored-token.ts";
import { APP, HOUR_MS, Killed, MINUTE_MS, SECRET, TestBed } from "./rotating-token-bed.ts";

describe("a token that rotates", () => {
  it("is used as it is for its first six hours", async () => {
    const bed = await TestBed.start();
    const provider = bed.provider();
    await bed.callSlack(await provider.get());
    bed.clock.advance(5 * HOUR_MS);
    await bed.callSlack(await provider.get());

    expect(bed.app.refreshes).toBe(0);
    expect(bed.memory.count(SECRET)).toBe(1);
  });

  it("is replaced in its second half, again and again, and the one before stays as the previous version", async () => {
    const bed = await TestBed.start();
    const provider = bed.provider();
    for (let day = 0; day < 10; day++) {
      const before = bed.secret;
      bed.clock.advance(6 * HOUR_MS);
      await bed.callSlack(await provider.get());
      expect(bed.app.refreshes).toBe(day + 1);
      expect(
        bed.memory.answer("GetSecretValue", { SecretId: SECRET, VersionStage: "AWSPREVIOUS" }),
      ).toMatchObject({ SecretString: before });
    }
    expect(bed.failures).toEqual([]);
  });

  it("is read again by a function that another has overtaken", async () => {
    const bed = await TestBed.start();
    const [one, other] = [bed.provider(), bed.provider()];
    await Promise.all([one.get(), other.get()]);
    bed.clock.advance(7 * HOUR_MS);
    const replaced = await one.get();

    expect(await other.get()).toBe(replaced);
    expect(bed.app.refreshes).toBe(1);
  });

  it("is refreshed when Slack says that it has expired, whatever the secret says", async () => {
    const bed = await TestBed.start();
    const provider = bed.provider();
    const expired = await provider.get();
    bed.clock.advance(2 * HOUR_MS);
    const next = await provider.refresh();

    expect(next).not.toBe(expired);
    await bed.callSlack(next);
  });

  it("is not refreshed over and over when Slack refuses it for another reason", async () => {
    const bed = await TestBed.start();
    const provider = bed.provider();
    await provider.get();
    for (let run = 0; run < 10; run++) {
      await provider.refresh();
      bed.clock.advance(5 * MINUTE_MS);
    }

    expect(bed.app.refreshes).toBe(0);
  });

  it("may be of a public client, which has no secret", async () => {
    const bed = await TestBed.start({ clientSecret: undefined });
    const { token, ...rotation } = bed.app.install(bed.clock.nowMs());
    const stored = { token, rotation: { clientId: APP.clientId, ...rotation } };
    bed.memory.secrets.set(SECRET, formatStoredToken(stored));
    bed.clock.advance(7 * HOUR_MS);
    await bed.callSlack(await bed.provider().get());

    expect(bed.app.refreshes).toBe(1);
    expect(parseStoredToken(bed.secret)?.rotation?.clientSecret).toBeUndefined();
  });

  it("gives way to one that is set while it is refreshed", async () => {
    const bed = await TestBed.start();
    bed.clock.advance(7 * HOUR_MS);
    const provider = bed.provider((moment) => {
      if (moment === "after the exchange") bed.memory.secrets.set(SECRET, "xoxp-of-a-new-app");
    });

    expect(await provider.get()).toBe("xoxp-of-a-new-app");
    expect(bed.secret).toBe("xoxp-of-a-new-app");
  });
});

describe("functions that share a token", () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "refresh it once, in order %d",
    async (seed) => {
      const bed = await TestBed.start();
      const expired = seed % 2 === 0;
      bed.clock.advance((expired ? 13 : 7) * HOUR_MS);
      let state = seed + 1;
      const shuffle = async () => {
        state = (state * 48_271) % 2_147_483_647;
        for (let turn = state % 5; turn > 0; turn--) await setImmediate();
      };
      const tokens = await Promise.all(
        ["ingest", "seal", "backfill"].map(() => bed.provider(shuffle).get()),
      );

      expect(bed.app.refreshes).toBe(1);
      expect(bed.failures).toEqual([]);
      for (const token of tokens) await bed.callSlack(token);
      await bed.callSlack(await bed.provider().get());
    },
  );
});

describe("a function that is killed", () => {
  /** How many moments a refresh has, before and after each of its awaits. */
  const MOMENTS = 11;

  async function killAt(bed: TestBed, moment: number): Promise<string | undefined> {
    let passed = 0;
    let killedAt: string | undefined;
    const provider = bed.provider((name) => {
      if (passed++ !== moment) return;
      killedAt = name;
      throw new Killed(name);
    });
    await provider.get().catch(() => {});
    return killedAt;
  }

  it.each(Array.from({ length: MOMENTS }, (_, moment) => moment))(
    "at moment %d loses no token: the next run goes on",
    async (moment) => {
      for (const hours of [7, 13]) {
        const bed = await TestBed.start();
        bed.clock.advance(hours * HOUR_MS);
        expect(await killAt(bed, moment)).toEqual(expect.any(String));
        bed.clock.advance(2 * MINUTE_MS);
        await bed.callSlack(await bed.provider().get());
        // What is stored can be refreshed again, too.
        bed.clock.advance(7 * HOUR_MS);
        await bed.callSlack(await bed.provider().get());
        expect(bed.app.refreshes).toBeGreaterThanOrEqual(2);
      }
    },
  );

  it("is killed at each moment that there is", async () => {
    const bed = await TestBed.start();
    bed.clock.advance(7 * HOUR_MS);
    expect(await killAt(bed, MOMENTS - 1)).toBe("after UpdateSecretVersionStage");
  });

  it("at the same moment of three attempts loses no token, whichever it is", async () => {
    for (let moment = 2; moment < MOMENTS; moment++) {
      const bed = await TestBed.start();
      bed.clock.advance(7 * HOUR_MS);
      for (let attempt = 0; attempt < 3; attempt++) {
        await killAt(bed, moment);
        bed.clock.advance(65_000);
      }
      // Of three access tokens Slack revokes the oldest, so the run may have to refresh.
      await bed.run();
    }
  });

  it("makes nobody else wait while the old token is good", async () => {
    const bed = await TestBed.start();
    bed.clock.advance(7 * HOUR_MS);
    await killAt(bed, 6);
    const before = bed.clock.nowMs();
    await bed.callSlack(await bed.provider().get());

    expect(bed.clock.nowMs()).toBe(before);
  });
});

describe("a refresh that Slack refuses", () => {
  /** The new pair was lost, and the old refresh token is beyond its grace. */
  async function lost(): Promise<TestBed> {
    const bed = await TestBed.start({ graceMs: 30_000 });
    bed.clock.advance(7 * HOUR_MS);
    const dies = bed.provider((moment) => {
      if (moment === "after the exchange") throw new Killed(moment);
    });
    await dies.get();
    expect(bed.failures.splice(0)).toEqual([expect.any(Killed)]);
    bed.clock.advance(90_000);
    return bed;
  }

  it("is reported, and the old token is used until it expires", async () => {
    const bed = await lost();
    await bed.callSlack(await bed.provider().get());

    expect(bed.failures).toMatchObject([{ apiCode: "invalid_refresh_token" }]);
    bed.clock.advance(4 * HOUR_MS);
    await bed.callSlack(await bed.provider().get());
  });

  it("ends the run when the token has expired, with what to do", async () => {
    const bed = await lost();
    bed.clock.advance(6 * HOUR_MS);

    await expect(bed.provider().get()).rejects.toMatchObject({
      apiCode: "invalid_refresh_token",
      tokenRefused: true,
      message: expect.stringContaining("token authorize"),
    });
  });

  it("is tried a few times a day, not with each run, and each run knows of it", async () => {
    const bed = await lost();
    const before = bed.memory.count(SECRET);
    bed.clock.advance(6 * HOUR_MS);
    const errors: unknown[] = [];
    for (let run = 0; run < 288; run++) {
      await bed
        .provider()
        .get()
        .catch((error) => errors.push(error));
      bed.clock.advance(5 * MINUTE_MS);
    }

    expect(errors).toHaveLength(288);
    expect(errors.at(-1)).toBeInstanceOf(TokenRefreshError);
    // Secrets Manager keeps 100 versions, and removes none that is younger than a day.
    expect(bed.memory.count(SECRET) - before).toBeLessThan(40);
  });

  it("is over once the app is authorized again", async () => {
    const bed = await lost();
    bed.clock.advance(13 * HOUR_MS);
    await bed
      .provider()
      .get()
      .catch(() => {});
    bed.install();

    await bed.callSlack(await bed.provider().get());
  });

  it("shows no secret", async () => {
    const bed = await lost();
    bed.clock.advance(13 * HOUR_MS);
    const error = await bed
      .provider()
      .get()
      .catch((error: Error) => error);
    const { stack, cause } = error as Error;

    expect(`${error} ${stack} ${cause} ${JSON.stringify(error)}`).not.toMatch(
      /xox[a-z]|app-secret/,
    );
    expect(JSON.stringify(bed.slack.calls)).not.toMatch(/xox[a-z]|app-secret/);
  });
});
