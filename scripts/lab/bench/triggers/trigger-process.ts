// Invokes one trigger's bundle again and again, or makes the bare call, and measures what follows the warm-up.
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { queueName } from "../../../../worker/fleet/resources.ts";
import { sendToParent } from "../child.ts";

const plan = z
  .object({
    bundle: z.string().optional(),
    event: z.unknown().optional(),
    fleet: z.string(),
    warm: z.number(),
    measured: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

type Invoke = () => Promise<unknown>;

/** What Lambda passes besides the event. */
const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 10_000 };

async function trigger(bundle: string): Promise<Invoke> {
  const { handler } = (await import(bundle)) as {
    handler: (event: unknown, context: object) => Promise<unknown>;
  };
  return () => handler(structuredClone(plan.event), context);
}

async function bareCall(): Promise<Invoke> {
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const QueueName = queueName(plan.fleet, "resize-image");
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const message = { QueueUrl, MessageBody: JSON.stringify(plan), MessageGroupId: "bench" };
  return () => sqs.send(new SendMessageCommand({ ...message, MessageDeduplicationId: crypto.randomUUID() }));
}

// Lines of a trigger's log are not what is measured.
process.stdout.write = () => true;
const invoke = plan.bundle === undefined ? await bareCall() : await trigger(plan.bundle);
for (let index = 0; index < plan.warm; index += 1) await invoke();
const begun = { at: performance.now(), cpu: process.cpuUsage() };
for (let index = 0; index < plan.measured; index += 1) await invoke();
const { user, system } = process.cpuUsage(begun.cpu);
sendToParent({ is: "done", ms: performance.now() - begun.at, cpuMs: (user + system) / 1000 });
