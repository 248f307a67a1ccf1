import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { FAKE_TOKEN } from "../../fake-slack/fake-slack.ts";

/** Another host, to which a redirect leads; notes who comes, and whether with the token. */
export async function collector() {
  const received: { by: string | null; token: boolean }[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    const { searchParams } = new URL(url, "http://localhost");
    const token = headers.authorization?.includes(FAKE_TOKEN) ?? false;
    received.push({ by: searchParams.get("by"), token });
    response.setHeader("content-type", "application/json");
    response.end('{"entries":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    received,
    url: `http://localhost:${(server.address() as AddressInfo).port}/audit/v1/logs`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
