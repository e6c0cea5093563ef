// Plain HTTP for the gateway: reading a request, writing a response. Knows no service.

import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ServiceRequest, ServiceResponse } from "./service.ts";

/** The body is larger than the gateway's limit. */
export class BodyTooLarge extends Error {
  override name = "BodyTooLarge";
}

/** What a body begins with, and the rest of it, if it is longer. */
export type ReadBody = Pick<ServiceRequest, "body" | "rest">;

/** Reads a body up to somewhat above `bytes`. Throws the socket's error. */
export function readBeginning(incoming: IncomingMessage, bytes: number): Promise<ReadBody> {
  return Number(incoming.headers["content-length"]) <= bytes
    ? readAnnounced(incoming)
    : readUpTo(incoming, bytes);
}

async function readUpTo(incoming: IncomingMessage, bytes: number): Promise<ReadBody> {
  const source: AsyncIterator<Buffer> = incoming.iterator({ destroyOnReturn: false });
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= bytes) {
    const { done, value } = await source.next();
    if (done) return { body: joined(chunks) };
    length += value.length;
    chunks.push(value);
  }
  return { body: joined(chunks), rest: { [Symbol.asyncIterator]: () => source } };
}

/** Reads a body whose length the caller has announced, without the cost of an iterator. Throws the socket's error. */
function readAnnounced(incoming: IncomingMessage): Promise<ReadBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.once("end", () => resolve({ body: joined(chunks) }));
    incoming.once("error", reject);
  });
}

/** The whole of a body that has been read in part. Throws `BodyTooLarge` above `limitBytes`, or the socket's error. */
export async function readWhole(read: ReadBody, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bodyChunks(read)) {
    length += chunk.length;
    if (length > limitBytes) throw new BodyTooLarge(`the body is larger than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return joined(chunks);
}

/** A body from its beginning to its end. */
export async function* bodyChunks({
  body,
  rest,
}: Pick<ServiceRequest, "body" | "rest">): AsyncGenerator<Buffer> {
  if (body.length > 0) yield body;
  if (rest !== undefined) yield* rest;
}

const joined = (chunks: readonly Buffer[]): Buffer =>
  chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);

/** Aborts when the caller is gone. Made only for those who ask for it. */
function callerSignal(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abortIfGone = () => {
    if (!outgoing.writableFinished) controller.abort();
  };
  if (outgoing.closed) abortIfGone();
  else outgoing.once("close", abortIfGone);
  return controller.signal;
}

/** Node joins the values of a repeated header, but for cookies. */
function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const cookies = headers["set-cookie"];
  const joined = cookies === undefined ? headers : { ...headers, "set-cookie": cookies.join(", ") };
  return joined as Record<string, string>;
}

const nothing = Buffer.alloc(0);

/** A request, of which what few services ask for is made when it is asked for. */
class GatewayRequest implements ServiceRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  body: Buffer = nothing;
  rest: AsyncIterable<Buffer> | undefined = undefined;
  readonly #outgoing: ServerResponse;
  #query: URLSearchParams | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;

  constructor(id: string, incoming: IncomingMessage, outgoing: ServerResponse) {
    this.id = id;
    this.method = incoming.method ?? "GET";
    this.url = incoming.url ?? "/";
    const mark = this.url.indexOf("?");
    this.path = mark < 0 ? this.url : this.url.slice(0, mark);
    this.headers = plainHeaders(incoming);
    this.#outgoing = outgoing;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.url.slice(this.path.length));
    return this.#query;
  }

  get signal(): AbortSignal {
    this.#signal ??= callerSignal(this.#outgoing);
    return this.#signal;
  }

  get abandoned(): boolean {
    return this.#outgoing.closed && !this.#outgoing.writableFinished;
  }
}

/** The request as a service sees it, before its body is read. */
export function serviceRequest(
  id: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): ServiceRequest {
  return new GatewayRequest(id, incoming, outgoing);
}

/** How a response is written. */
type WriteOptions = {
  /** Half of the body, then the connection breaks. */
  cut?: boolean;
  headOnly?: boolean;
};

/** Writes the whole response. A stream's promise resolves when it is written or the caller is gone. */
export function writeResponse(
  outgoing: ServerResponse,
  id: string,
  response: ServiceResponse,
  { cut = false, headOnly = false }: WriteOptions = {},
): Promise<void> | undefined {
  const { body = nothing, stream } = response;
  const bytes = stream?.bytes ?? Buffer.byteLength(body);
  outgoing.writeHead(response.status, headOf(id, response, headOnly ? undefined : bytes));
  if (headOnly) outgoing.end();
  else if (stream !== undefined) return writeStream(outgoing, stream, cut);
  else if (cut) writeHalf(outgoing, Buffer.from(body));
  // Text of as many bytes as characters is ASCII, which need not be encoded.
  else outgoing.end(body, body.length === bytes ? "latin1" : "utf8");
  return undefined;
}

/** The headers as Node takes them with the least work: names and values in turn. */
function headOf(id: string, { status, headers }: ServiceResponse, bytes: number | undefined): string[] {
  const head = ["x-amzn-requestid", id];
  for (const name in headers) head.push(name, headers[name] ?? "");
  if (bytes !== undefined && status !== 204 && status !== 304) head.push("content-length", String(bytes));
  return head;
}

function writeHalf(outgoing: ServerResponse, whole: Buffer): void {
  outgoing.write(whole.subarray(0, Math.floor(whole.length / 2)), () => outgoing.destroy());
}

/** Writes chunk by chunk, as fast as the caller reads. A source that fails breaks the connection. */
async function writeStream(
  outgoing: ServerResponse,
  { bytes, chunks }: NonNullable<ServiceResponse["stream"]>,
  cut: boolean,
): Promise<void> {
  let written = 0;
  try {
    await pipeline(
      chunks,
      async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          if (cut && written >= bytes / 2) throw new Error("the response is cut");
          yield chunk;
          written += chunk.length;
        }
      },
      outgoing,
    );
  } catch {
    outgoing.destroy();
  }
}
