// What these credentials may change. Each call is refused by the service for another reason where it is allowed, so that
// nothing changes: a row that is not there, a receipt that is none.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteMessageCommand } from "@aws-sdk/client-sqs";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { queueName } from "../../../worker/fleet/resources.ts";
import { urlOf } from "../messages/take.ts";
import { type Check, type Examined, type Finding, failure, fine, isRefusal, unknown } from "./finding.ts";

const name = "rights";

type Probe = { right: string; call: () => Promise<unknown> };

export const checkRights: Check = {
  name,
  look: async (examined) => {
    const probes = probesOf(examined);
    const refused = await Promise.all(probes.map((probe) => refusalOf(examined, probe)));
    const bad = refused.filter((finding) => finding !== undefined);
    return bad.length === 0 ? [fine(name, "rows of jobs and mails and messages may be changed")] : bad;
  },
};

async function refusalOf({ target }: Examined, { right, call }: Probe): Promise<Finding | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    // Only the end of the rights matters here; what is missing is another check's.
    return isRefusal(error)
      ? { ...failure(name, error, { where: target.where, right }), state: "wrong" }
      : error instanceof Error && "$metadata" in error
        ? undefined
        : unknown(name, `${right} could not be tried`);
  }
}

/** A key that no row has. */
const nobody = "doctor: no such row";

function probesOf({ sqs, target, jobs }: Examined): Probe[] {
  const { tables, fleet } = target.names;
  const changes = (table: string, Key: Record<string, string>): Probe => ({
    right: `dynamodb:UpdateItem on ${table}`,
    call: () =>
      target.db
        .send(
          new UpdateCommand({
            TableName: table,
            Key,
            UpdateExpression: "SET doctor = :true",
            ConditionExpression: "attribute_exists(doctor)",
            ExpressionAttributeValues: { ":true": true },
          }),
        )
        .catch((error: unknown) => {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }),
  });
  const [kind = ""] = Object.keys(jobs);
  return [
    changes(tables.jobs, { jobId: nobody }),
    changes(tables.outgoingMails, { id: nobody }),
    {
      right: `sqs:DeleteMessage on ${queueName(fleet, kind)}`,
      call: async () =>
        sqs.send(
          new DeleteMessageCommand({
            QueueUrl: await urlOf(sqs, queueName(fleet, kind)),
            ReceiptHandle: "none",
          }),
        ),
    },
  ];
}
