import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { LoopbackServer } from "./loopback-server.ts";

/** S3's own bound. */
const KEYS_PER_ANSWER = 1000;

/** As much of S3 as an archive needs, over real HTTP: objects by path-style address, `If-None-Match`, listings. */
export class LocalS3 {
  /** By bucket and key. */
  readonly objects = new Map<string, Buffer>();
  readonly #server: Promise<LoopbackServer>;
  endpoint = "";

  private constructor() {
    this.#server = LoopbackServer.start((request, response) => {
      this.#handle(request, response).catch((error: Error) => response.destroy(error));
    });
  }

  static async start(): Promise<LocalS3> {
    const s3 = new LocalS3();
    s3.endpoint = (await s3.#server).endpoint;
    return s3;
  }

  async stop(): Promise<void> {
    await (await this.#server).stop();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const path = decodeURIComponent(url.pathname.slice(1));
    if (request.method === "PUT") {
      this.#put(path, decodeChunked(request, await buffer(request)), request, response);
    } else if (url.searchParams.get("list-type") === "2") {
      this.#list(path.replace(/\/$/, ""), url.searchParams, response);
    } else {
      this.#get(path, response);
    }
  }

  #put(path: string, body: Buffer, request: IncomingMessage, response: ServerResponse): void {
    if (request.headers["if-none-match"] === "*" && this.objects.has(path)) {
      fail(response, 412, "PreconditionFailed");
      return;
    }
    this.objects.set(path, body);
    response.end();
  }

  #get(path: string, response: ServerResponse): void {
    const body = this.objects.get(path);
    if (body === undefined) {
      fail(response, 404, "NoSuchKey");
      return;
    }
    // S3 keeps the checksum that the SDK sends with a put, and a reader checks it.
    response.setHeader("x-amz-checksum-crc32", checksumOf(body));
    response.end(body);
  }

  #list(bucket: string, params: URLSearchParams, response: ServerResponse): void {
    const prefix = `${bucket}/${params.get("prefix") ?? ""}`;
    const after = `${bucket}/${params.get("continuation-token") ?? ""}`;
    const paths = [...this.objects.keys()].filter(
      (path) => path.startsWith(prefix) && path > after,
    );
    const page = paths.sort().slice(0, KEYS_PER_ANSWER);
    const contents = page.map((path) => {
      const size = this.objects.get(path)?.length;
      return `<Contents><Key>${path.slice(bucket.length + 1)}</Key><Size>${size}</Size></Contents>`;
    });
    const isTruncated = paths.length > page.length;
    const token = isTruncated ? (page.at(-1) ?? "").slice(bucket.length + 1) : "";
    response.end(
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${
        isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : ""
      }${contents.join("")}</ListBucketResult>`,
    );
  }
}

/** The SDK may send a body in signed chunks: `<hex length>[;…]\r\n<bytes>\r\n`. */
function decodeChunked(request: IncomingMessage, sent: Buffer): Buffer {
  if (!request.headers["content-encoding"]?.includes("aws-chunked")) {
    return sent;
  }
  const chunks: Buffer[] = [];
  for (let at = 0; at < sent.length; ) {
    const endOfHead = sent.indexOf("\r\n", at);
    const length = Number.parseInt(sent.toString("latin1", at, endOfHead), 16);
    if (!(length > 0)) {
      break;
    }
    chunks.push(sent.subarray(endOfHead + 2, endOfHead + 2 + length));
    at = endOfHead + 2 + length + 2;
  }
  return Buffer.concat(chunks);
}

function checksumOf(body: Buffer): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return checksum.toString("base64");
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}
