// Error responses exactly as AWS gives them, for errors that take more than a status and a code.
import type { Fault } from "../../../local/gateway/faults.ts";
import type { Random } from "../plan/random.ts";

const json = { "content-type": "application/x-amz-json-1.0" };
const dynamoError = (name: string) => `com.amazonaws.dynamodb.v20120810#${name}`;

/** The throttling error of each service. */
export function throttled(service: string): Fault {
  const message = "Rate exceeded.";
  if (service === "s3") return { kind: "error", status: 503, code: "SlowDown", message };
  if (service === "dynamodb")
    return { kind: "error", status: 400, code: dynamoError("ThrottlingException"), message };
  return { kind: "error", status: 400, code: "ThrottlingException", message };
}

/** The error of a transaction that conflicts with another over one of its items (TransactWriteItems API reference). */
export function conflict(body: Buffer, random: Random): Fault {
  const { TransactItems = [] } = JSON.parse(body.toString()) as { TransactItems?: unknown[] };
  const hit = random.whole(0, Math.max(0, TransactItems.length - 1));
  const reasons = TransactItems.map((_, index) =>
    index === hit
      ? { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" }
      : { Code: "None" },
  );
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(", ")}]`;
  return {
    kind: "answer",
    status: 400,
    headers: json,
    body: JSON.stringify({
      __type: dynamoError("TransactionCanceledException"),
      Message: message,
      CancellationReasons: reasons,
    }),
  };
}

/** Reasons for which DynamoDB refuses one statement of a batch and that pass (BatchStatementError API reference). */
const passing = [
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
  "InternalServerError",
];

/** A batch of which every statement is refused, each for a reason of its own. */
export function refusedStatements(body: Buffer, random: Random): Fault {
  const { Statements = [] } = JSON.parse(body.toString()) as { Statements?: unknown[] };
  const Responses = Statements.map(() => ({ Error: { Code: random.pick(passing), Message: "Injected." } }));
  return { kind: "answer", status: 200, headers: json, body: JSON.stringify({ Responses }) };
}

/** The error for a request token that an earlier call still uses. */
export const inProgress: Fault = {
  kind: "answer",
  status: 400,
  headers: json,
  body: JSON.stringify({
    __type: dynamoError("TransactionInProgressException"),
    Message: "Transaction with the given request token is already in progress.",
  }),
};

/** A batch whose every entry SQS refuses as the sender's fault, as it does for expired handles. */
export function refusedEntries(body: Buffer): Fault {
  const { Entries = [] } = JSON.parse(body.toString()) as { Entries?: { Id: string }[] };
  const Failed = Entries.map(({ Id }) => ({
    Id,
    SenderFault: true,
    Code: "InvalidParameterValue",
    Message:
      "Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available.",
  }));
  return { kind: "answer", status: 200, headers: json, body: JSON.stringify({ Successful: [], Failed }) };
}
