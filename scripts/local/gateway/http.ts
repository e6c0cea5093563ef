// Plain HTTP for the gateway: reading a whole request, writing a whole response. Knows no service.

import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ServiceRequest, ServiceResponse } from "./service.ts";

/** The body is larger than the gateway's limit. */
export class BodyTooLarge extends Error {
  override name = "BodyTooLarge";
}

/** Reads the whole body. Throws `BodyTooLarge` above `limitBytes`, or the socket's error. */
export async function readBody(incoming: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const declared = Number(incoming.headers["content-length"] ?? Number.NaN);
  if (declared > largeBytes && declared <= limitBytes)
    return readInto(incoming, Buffer.allocUnsafe(declared));
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > limitBytes) throw new BodyTooLarge(`the body is larger than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

/** A body above this size is read to its place, so that it is never in memory twice. */
const largeBytes = 1024 * 1024;

async function readInto(incoming: IncomingMessage, body: Buffer): Promise<Buffer> {
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }))
    length += (chunk as Buffer).copy(body, length);
  return body.subarray(0, length);
}

/** Aborts when the caller is gone. The `AbortSignal` is only created when it is used. */
function callerSignal(outgoing: ServerResponse): () => AbortSignal {
  let controller: AbortController | undefined;
  let gone = false;
  outgoing.once("close", () => {
    gone = !outgoing.writableFinished;
    if (gone) controller?.abort();
  });
  return () => {
    controller ??= new AbortController();
    if (gone) controller.abort();
    return controller.signal;
  };
}

function plainHeaders(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

/** The request as a service sees it. */
export function serviceRequest(
  id: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  body: Buffer,
): ServiceRequest {
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const signalOf = callerSignal(outgoing);
  return {
    id,
    method: incoming.method ?? "GET",
    url,
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: plainHeaders(incoming),
    body,
    get signal() {
      return signalOf();
    },
  };
}

/** How a response is written. */
type WriteOptions = {
  /** Half of the body, then the connection breaks. */
  cut?: boolean;
  headOnly?: boolean;
};

/** Writes the whole response. Resolves when it is written or the caller is gone. */
export async function writeResponse(
  outgoing: ServerResponse,
  id: string,
  response: ServiceResponse,
  options: WriteOptions = {},
): Promise<void> {
  const body =
    typeof response.body === "string" ? Buffer.from(response.body) : (response.body ?? Buffer.alloc(0));
  const headers: Record<string, string | number> = { "x-amzn-requestid": id, ...response.headers };
  if (!options.headOnly && response.status !== 204 && response.status !== 304) {
    headers["content-length"] = response.stream?.bytes ?? body.length;
  }
  outgoing.writeHead(response.status, headers);
  if (response.stream !== undefined && !options.headOnly) {
    await writeStream(outgoing, response.stream, options.cut ?? false);
  } else if (options.cut) {
    outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
  } else {
    outgoing.end(options.headOnly ? undefined : body);
  }
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
