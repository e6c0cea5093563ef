// The hot calls to DynamoDB: how the document client's input becomes a request body, and the answer its output.
import { type AttributeJson, fromAttributes, toAttribute, toAttributes } from "./attribute-values.ts";
import type { LeanCall } from "./lean-call.ts";
import { NotPlain } from "./not-plain.ts";

type Fields = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, AttributeJson>>;

/** Fields that hold attribute values. */
const valueFields = new Set(["Key", "Item", "ExpressionAttributeValues"]);

function withAttributes(input: Fields): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input))
    output[name] = valueFields.has(name) && value !== undefined ? toAttributes(value as Fields) : value;
  return output;
}

const plainBody = (input: Fields): string => JSON.stringify(withAttributes(input));

function transactionBody({ TransactItems, ...rest }: Fields): string {
  if (!Array.isArray(TransactItems)) throw new NotPlain();
  const items = TransactItems.map((action: Record<string, Fields>) =>
    Object.fromEntries(Object.entries(action).map(([name, fields]) => [name, withAttributes(fields)])),
  );
  return JSON.stringify({ ...rest, TransactItems: items });
}

/** A batch of PartiQL statements. Values stand in lists, without names. */
function statementsBody({ Statements, ...rest }: Fields): string {
  if (!Array.isArray(Statements)) throw new NotPlain();
  const statements = Statements.map(({ Parameters, ...statement }: Fields) => ({
    ...statement,
    ...(Array.isArray(Parameters) && { Parameters: Parameters.map(toAttribute) }),
  }));
  return JSON.stringify({ ...rest, Statements: statements });
}

/** What the statements of a batch answered. Rows that they read are the SDK's business. */
function statementsAnswer(answer: Fields): Record<string, unknown> {
  const { Responses = [] } = answer as { Responses?: Fields[] };
  if (Responses.some(({ Item, Error: error }) => Item !== undefined || (error as Fields | undefined)?.Item))
    throw new NotPlain();
  return { ...answer };
}

const withRecords =
  (...fields: string[]) =>
  (answer: Fields): Record<string, unknown> => {
    const output: Record<string, unknown> = { ...answer };
    for (const name of fields)
      if (output[name] !== undefined) output[name] = fromAttributes(output[name] as Item);
    return output;
  };

/** The hot calls by the name of the document client's command. */
export const dynamoDbCalls: ReadonlyMap<string, LeanCall> = new Map(
  [
    { operation: "GetItem", bodyOf: plainBody, outputOf: withRecords("Item") },
    { operation: "PutItem", bodyOf: plainBody, outputOf: withRecords("Attributes") },
    { operation: "UpdateItem", bodyOf: plainBody, outputOf: withRecords("Attributes") },
    { operation: "BatchExecuteStatement", bodyOf: statementsBody, outputOf: statementsAnswer },
    { operation: "TransactWriteItems", hasToken: true, bodyOf: transactionBody, outputOf: withRecords() },
  ].map((call): [string, LeanCall] => [`${call.operation}Command`, call]),
);
