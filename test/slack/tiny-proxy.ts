import http from "node:http";
import net, { type AddressInfo } from "node:net";

export interface TinyProxy extends AsyncDisposable {
  url: string;
  /** What it was asked for: `CONNECT host:port`, or method and absolute URL. */
  asked: string[];
  /** `proxy-authorization` of each request. */
  credentials: (string | undefined)[];
  /** Headers of the plain requests that it could read. */
  readable: http.IncomingHttpHeaders[];
}

/**
 * An HTTP proxy on loopback that tunnels CONNECT and forwards absolute URLs.
 *
 * @param route - where every connection really goes, whatever was asked for
 */
export async function tinyProxy(route: { port: number }): Promise<TinyProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const readable: http.IncomingHttpHeaders[] = [];
  const tunnels = new Set<net.Socket>();
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    credentials.push(request.headers["proxy-authorization"]);
    readable.push(request.headers);
    const { pathname, search } = new URL(request.url ?? "");
    const onward = http.request(
      { host: "127.0.0.1", port: route.port, path: pathname + search, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.on("connect", (request, client: net.Socket) => {
    asked.push(`CONNECT ${request.url}`);
    credentials.push(request.headers["proxy-authorization"]);
    const target = net.connect(route.port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      client.pipe(target).pipe(client);
    });
    for (const socket of [client, target]) {
      tunnels.add(socket);
      socket.on("error", () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    credentials,
    readable,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of tunnels) {
          socket.destroy();
        }
      }),
  };
}
