import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { pageBody } from "./scripted-server.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/loopback-tls/${name}`, import.meta.url), "utf8");
/** For localhost and 127.0.0.1, signed by itself. */
export const certificate = fixture("certificate.pem");
export const key = fixture("key.pem");

/** The API over TLS, under the certificate. */
export async function tlsServer() {
  const authorizations: (string | undefined)[] = [];
  const names: (string | false | null)[] = [];
  const clientCertificates: boolean[] = [];
  const server = createServer(
    { key, cert: certificate, ca: certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket & { servername: string | false };
      names.push(socket.servername);
      clientCertificates.push(Object.keys(socket.getPeerCertificate()).length > 0);
      authorizations.push(request.headers.authorization);
      response.end(JSON.stringify(pageBody(["tls"])));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    baseUrl: `https://localhost:${port}/audit/v1/`,
    authorizations,
    names,
    clientCertificates,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
