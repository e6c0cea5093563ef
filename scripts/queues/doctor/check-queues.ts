// The queues of every kind: that they are there, with the attributes on which order and retries rest.
import { GetQueueAttributesCommand, QueueDoesNotExist } from "@aws-sdk/client-sqs";
import { fifoAttributes, maxReceiveCount, retentionSeconds } from "../../../worker/fleet/queue-settings.ts";
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import { counted } from "../../cli/format.ts";
import { urlOf } from "../messages/take.ts";
import { type Check, type Examined, type Finding, failure, fine, summed, wrong } from "./finding.ts";

const name = "queues";
const deploy =
  "deploy the fleet anew (npx cdk deploy --all), or npm run provision at an endpoint that is not AWS";

type Attributes = Readonly<Record<string, string | undefined>>;

export const checkQueues: Check = {
  name,
  look: async (examined) => {
    const kinds = Object.values(examined.jobs);
    const found = await Promise.all(
      kinds.map(async ({ kind, policy }) => {
        const { fleet } = examined.target.names;
        const dead = await attributesOf(examined, deadLetterQueueName(fleet, kind));
        const queue = await attributesOf(examined, queueName(fleet, kind));
        return [
          ...judge(deadLetterQueueName(fleet, kind), dead, {
            ...fifoAttributes,
            MessageRetentionPeriod: String(retentionSeconds.deadLetters),
          }),
          ...judge(queueName(fleet, kind), queue, {
            ...fifoAttributes,
            MessageRetentionPeriod: String(retentionSeconds.jobs),
            VisibilityTimeout: String(policy.visibilitySeconds),
          }),
          ...("QueueArn" in dead ? redriveOf(queueName(fleet, kind), queue, dead.QueueArn) : []),
        ];
      }),
    );
    return summed(
      name,
      `${counted(kinds.length, "kind")}, each with its queue and dead-letter queue`,
      found.flat(),
    );
  },
};

async function attributesOf({ sqs, target }: Examined, queue: string): Promise<Attributes | Finding> {
  try {
    const QueueUrl = await urlOf(sqs, queue);
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    return Attributes;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return wrong(name, `there is no queue ${queue}`, deploy);
    return failure(name, error, { where: target.where, right: "sqs:GetQueueUrl and GetQueueAttributes" });
  }
}

const isFinding = (found: Attributes | Finding): found is Finding => "check" in found;

function judge(
  queue: string,
  found: Attributes | Finding,
  wanted: Readonly<Record<string, string>>,
): Finding[] {
  if (isFinding(found)) return [found];
  return Object.entries(wanted).map(([attribute, value]) =>
    found[attribute] === value
      ? fine(name, queue)
      : wrong(name, `${queue}: ${attribute} is ${found[attribute] ?? "not set"}, not ${value}`, deploy),
  );
}

function redriveOf(queue: string, found: Attributes | Finding, deadArn: string | undefined): Finding[] {
  if (isFinding(found)) return [];
  const policy = policyIn(found.RedrivePolicy);
  if (policy.deadLetterTargetArn !== deadArn)
    return [wrong(name, `${queue}: its RedrivePolicy does not lead to its dead-letter queue`, deploy)];
  const count = Number(policy.maxReceiveCount);
  return count >= maxReceiveCount
    ? [fine(name, queue)]
    : [
        wrong(
          name,
          `${queue}: maxReceiveCount is ${count}, less than ${maxReceiveCount}, so innocent jobs may die with a poisoned one of their group`,
          deploy,
        ),
      ];
}

function policyIn(text: string | undefined): { deadLetterTargetArn?: string; maxReceiveCount?: unknown } {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
}
