import { describe, expect, it } from "vitest";
import { TokenMissingError, type TokenProvider } from "../../lib/ports.ts";

/** Where a provider reads from, as a test sets it; `undefined`: nothing there. */
export interface TokenOrigin {
  provider: TokenProvider;
  set(token: string | undefined): void;
}

/** What every token provider does. */
export function describeTokenProvider(name: string, make: () => TokenOrigin): void {
  describe(`${name} as a token provider`, () => {
    it("gives the token", async () => {
      const { provider, set } = make();
      set("xoxp-first");
      expect(await provider.get()).toBe("xoxp-first");
    });

    it("gives a rotated token after a refresh", async () => {
      const { provider, set } = make();
      set("xoxp-first");
      await provider.get();
      set("xoxp-second");
      expect(await provider.refresh()).toBe("xoxp-second");
      expect(await provider.get()).toBe("xoxp-second");
    });

    it.each([undefined, "", " \n"])("says so when there is none: %j", async (token) => {
      const { provider, set } = make();
      set(token);
      await expect(provider.get()).rejects.toThrow(TokenMissingError);
      await expect(provider.refresh()).rejects.toThrow(TokenMissingError);
    });

    it("gives a token that came later", async () => {
      const { provider, set } = make();
      set(undefined);
      await expect(provider.get()).rejects.toThrow(TokenMissingError);
      set("xoxp-first");
      expect(await provider.get()).toBe("xoxp-first");
    });
  });
}
