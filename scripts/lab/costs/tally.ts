// Counts what a local system is asked for: the calls from the gateway's log, DynamoDB's units from what it reports itself.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import type { AppliedRequest } from "../../local/gateway/request-log.ts";
import type { Used } from "./counts.ts";

/** Billed as writes (S3 pricing, "PUT, COPY, POST, LIST"). Deletions cost nothing. */
const s3Writes = /^(Put|Copy|Post|Create|Complete|UploadPart|List)/;
const s3Free = /^(Delete|Abort)/;

/** What a call adds, but for DynamoDB's units. */
export function usedBy({
  service,
  action,
  summary,
}: Pick<AppliedRequest, "service" | "action" | "summary">): Partial<Used> {
  const text = JSON.stringify(summary ?? {});
  switch (service) {
    case "sqs":
      // A laptop counts its queues every second; the cloud's counting is in the templates.
      if (action === "GetQueueAttributes") return {};
      // A laptop's workers poll for shorter than the cloud's; what an idle worker's polls cost is computed.
      if (action === "ReceiveMessage" && text.includes('"messages":[]')) return {};
      return text.includes("-failed") && !text.includes(".fifo") ? { sqsStandard: 1 } : { sqsFifo: 1 };
    case "sns":
      return action.startsWith("Publish") ? (text.includes(".fifo") ? { snsFifo: 1 } : { sns: 1 }) : {};
    case "s3":
      return s3Free.test(action) ? {} : s3Writes.test(action) ? { s3Writes: 1 } : { s3Reads: 1 };
    case "ses":
      return /^SendEmail/.test(action) ? { sesMails: 1 } : {};
    default:
      return {};
  }
}

/** Adds to a count. */
export function add(to: Used, more: Partial<Used>): void {
  for (const [name, count] of Object.entries(more)) to[name as keyof Used] += count;
}

/** Calls that report what they consumed. */
const measured =
  /\.(GetItem|PutItem|UpdateItem|DeleteItem|Query|Scan|BatchGetItem|BatchWriteItem|BatchExecuteStatement|TransactWriteItems|TransactGetItems)$/;
const writes = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem|BatchExecuteStatement|TransactWriteItems)$/;

type Consumed = { CapacityUnits?: number };

/** A door in front of DynamoDB that asks for the consumed units of every call and adds them up. */
export async function openCountingDoor(endpoint: string, into: Used) {
  const server = createServer(async (request, response) => {
    const target = String(request.headers["x-amz-target"] ?? "");
    const answer = await passOn(endpoint, request, target);
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.ok && measured.test(target)) count(JSON.parse(body.toString()), target, into);
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" }).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function passOn(endpoint: string, request: IncomingMessage, target: string): Promise<Response> {
  const body = await buffer(request);
  const asked = measured.test(target)
    ? JSON.stringify({ ...JSON.parse(body.toString()), ReturnConsumedCapacity: "TOTAL" })
    : body;
  const { authorization = "", "x-amz-date": date = "" } = request.headers;
  return fetch(endpoint, {
    method: request.method ?? "POST",
    ...(request.method === "POST" && { body: asked }),
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      authorization,
      "x-amz-date": String(date),
    },
  });
}

function count(
  { ConsumedCapacity = [] }: { ConsumedCapacity?: Consumed | Consumed[] },
  target: string,
  into: Used,
): void {
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  add(into, writes.test(target) ? { writeUnits: units } : { readUnits: units });
}
