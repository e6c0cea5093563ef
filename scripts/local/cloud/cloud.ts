// Composes the cloud on a laptop: one gateway in front of the local services.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Clock, realClock, VirtualClock } from "../clock/clock.ts";
import { createMetricStore, type MetricStore } from "../cloudwatch/metric-store.ts";
import { withQueueAges } from "../cloudwatch/queue-ages.ts";
import { cloudWatchService } from "../cloudwatch/service.ts";
import { parseControl } from "../gateway/control.ts";
import type { FaultRule } from "../gateway/faults.ts";
import { startGateway } from "../gateway/gateway.ts";
import { proxyService } from "../gateway/proxy.ts";
import type { RequestLog } from "../gateway/request-log.ts";
import type { OnApplied } from "../gateway/serve.ts";
import { ControlError, type ControlHandler, type LocalService } from "../gateway/service.ts";
import { publishTo, reachableTargets } from "../s3/events/to-cloud.ts";
import { createS3, type LocalS3 } from "../s3/s3.ts";
import { createMailbox, type Mailbox, type MailEvent } from "../ses/mailbox.ts";
import { sesService } from "../ses/service.ts";
import { createSnsCore, type SnsCore } from "../sns/core.ts";
import type { Invoke } from "../sns/deliver.ts";
import type { SnsEvent } from "../sns/events.ts";
import { snsService } from "../sns/service.ts";
import { createSqsCore, type SqsCore } from "../sqs/core.ts";
import type { SqsEvent } from "../sqs/events.ts";
import { sqsService } from "../sqs/service.ts";
import { type Journal, openJournal } from "../state/journal.ts";

export type CloudOptions = {
  /** 0 takes a free port. */
  port: number;
  clock?: Clock;
  /** The time of queues and topics, where it runs faster than the machine's. The gateway keeps `clock`. */
  queueClock?: Clock;
  /** Folder that keeps queues, topics and objects across restarts. Without it they are in memory. */
  dataDir?: string;
  region?: string;
  accountId?: string;
  /** URL of a running DynamoDB. */
  dynamoEndpoint?: string;
  /** Runs a Lambda function subscribed to a topic. */
  invoke?: Invoke;
  extraServices?: readonly LocalService[];
  /** Further control calls, by method and path. */
  control?: Readonly<Record<string, ControlHandler>>;
  /** Called for every applied request, see `GatewayOptions`. */
  onApplied?: OnApplied;
  /** See `SqsCoreOptions`. */
  strandAbortedReceives?: boolean;
  /** See `GatewayOptions`. */
  keptRequests?: number;
};

export type Cloud = {
  url: string;
  port: number;
  region: string;
  accountId: string;
  sqs: SqsCore;
  sns: SnsCore;
  s3: LocalS3;
  /** CloudWatch's metrics, in memory only. */
  metrics: MetricStore;
  /** The mails sent through SES. */
  mailbox: Mailbox;
  faults: FaultRule[];
  requests: RequestLog;
  /** Stops listening, breaks open connections, closes all services. */
  close: () => Promise<void>;
};

/** The secret of every access key id. S3 checks signatures, so clients must use it. */
export const localSecretAccessKey = "local";

/** Starts the local cloud on 127.0.0.1. Rejects when the port is taken. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const clock = options.clock ?? realClock;
  const region = options.region ?? "us-east-1";
  const accountId = options.accountId ?? "000000000000";
  const strandAbortedReceives = options.strandAbortedReceives ?? false;
  const queueClock = options.queueClock ?? clock;
  const sqs = createSqsCore({
    clock: queueClock,
    region,
    accountId,
    strandAbortedReceives,
    ...journalIn<SqsEvent>(options.dataDir, "sqs.jsonl"),
  });
  const sns = createSnsCore({
    clock: queueClock,
    sqs,
    ...(options.invoke && { invoke: options.invoke }),
    ...journalIn<SnsEvent>(options.dataDir, "sns.jsonl"),
  });
  const s3 = createS3({
    clock,
    region,
    accountId,
    dataDir: options.dataDir,
    credentials: () => localSecretAccessKey,
    publish: publishTo(sns, sqs),
    targets: reachableTargets,
  });
  const metrics = createMetricStore(clock);
  const mailbox = createMailbox({ clock, ...journalIn<MailEvent>(options.dataDir, "ses.jsonl") });
  // Services close in this order.
  const services: LocalService[] = [
    s3,
    sqsService(sqs),
    snsService(sns),
    sesService(mailbox),
    cloudWatchService(withQueueAges(metrics, { clock, ageMsOf: (queue) => ageMsOf(sqs, queue) })),
  ];
  if (options.dynamoEndpoint !== undefined) {
    services.push(
      proxyService("dynamodb", options.dynamoEndpoint, ["DynamoDB_20120810.", "DynamoDBStreams_20120810."]),
    );
  }
  services.push(...(options.extraServices ?? []));
  const control = { ...clockControl(clock), ...options.control };
  const gateway = await startGateway({
    port: options.port,
    clock,
    services,
    control,
    keptRequests: options.keptRequests,
    ...(options.onApplied && { onApplied: options.onApplied }),
  });
  const { url, port, faults, requests, close } = gateway;
  if (options.invoke !== undefined) sns.resume();
  return { url, port, region, accountId, sqs, sns, s3, metrics, mailbox, faults, requests, close };
}

/** Undefined when there is no such queue. */
function ageMsOf(sqs: SqsCore, queue: string): number | undefined {
  return sqs.queueNames().includes(queue) ? sqs.metrics(queue).oldestAgeMs : undefined;
}

function journalIn<Event>(dataDir: string | undefined, file: string): { journal?: Journal<Event> } {
  if (dataDir === undefined) return {};
  mkdirSync(dataDir, { recursive: true });
  return { journal: openJournal<Event>(join(dataDir, file)) };
}

/** `POST /_local/clock {"advanceMs": N}` moves a virtual clock; the real clock refuses it. */
function clockControl(clock: Clock): Record<string, ControlHandler> {
  const virtual = clock instanceof VirtualClock ? clock : undefined;
  const view = () => ({ now: clock.now(), virtual: virtual !== undefined });
  return {
    "GET /_local/clock": view,
    "POST /_local/clock": ({ body }) => {
      if (virtual === undefined) throw new ControlError("this cloud runs on the machine's clock");
      const { advanceMs } = parseControl(z.strictObject({ advanceMs: z.number().nonnegative() }), body);
      virtual.advance(advanceMs);
      return view();
    },
  };
}
