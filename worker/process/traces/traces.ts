// Sends the worker's part of traces to X-Ray, in the background and in batches. Traces help to look; a trace that cannot be sent
// is dropped and never holds a job up.
import { PutTraceSegmentsCommand, type XRayClient } from "@aws-sdk/client-xray";
import type { Logger } from "pino";
import type { ToldDelivery } from "../../engine/worker-parts.ts";
import { isTraced, segmentOf } from "./segment.ts";

export type TraceOptions = {
  /** Ended with the traces. */
  xray: Pick<XRayClient, "send" | "destroy">;
  fleet: string;
  worker: string;
  log: Logger;
  /** How often segments are sent, milliseconds. */
  everyMs: number;
};

/** Takes deliveries as they end. */
export type Traces = {
  told: (delivery: ToldDelivery) => void;
  /** Sends what is left, stops and destroys the client. */
  close: () => Promise<void>;
};

/** One call takes 64 KB; a segment has about 800 bytes, and at most 3 KB. */
const segmentsPerCall = 20;
/** Beyond this many waiting segments, further ones are dropped: X-Ray does not answer. */
const mostWaiting = 2000;

/** Starts to send. */
export function startTraces({ xray, fleet, worker, log, everyMs }: TraceOptions): Traces {
  let waiting: string[] = [];
  let sending = Promise.resolve();
  let wasRefused = false;
  const send = async () => {
    const documents = waiting;
    waiting = [];
    for (let at = 0; at < documents.length; at += segmentsPerCall) {
      const call = new PutTraceSegmentsCommand({
        TraceSegmentDocuments: documents.slice(at, at + segmentsPerCall),
      });
      const refused = await refusalOf(() => xray.send(call));
      if (refused !== undefined && !wasRefused) log.warn({ refused }, "traces cannot be sent to X-Ray");
      wasRefused = refused !== undefined;
    }
  };
  const flush = () => {
    sending = sending.then(send);
    return sending;
  };
  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();
  return {
    told: (delivery) => {
      if (isTraced(delivery) && waiting.length < mostWaiting)
        waiting.push(segmentOf(delivery, { fleet, worker }));
    },
    close: async () => {
      clearInterval(timer);
      await flush();
      xray.destroy();
    },
  };
}

/** Why X-Ray did not take segments; undefined when it took all. */
async function refusalOf(
  call: () => Promise<{ UnprocessedTraceSegments?: { Message?: string }[] }>,
): Promise<string | undefined> {
  try {
    const { UnprocessedTraceSegments: [first] = [] } = await call();
    return first && (first.Message ?? "no reason given");
  } catch (error) {
    return (error as Error).message;
  }
}
