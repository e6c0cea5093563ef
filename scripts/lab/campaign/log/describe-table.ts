// DynamoDB writes as records: what was requested, on which condition, and whether it was applied.
import { z } from "zod";
import { readInsert } from "../../../../worker/fleet/insert-statement.ts";
import { plainItem } from "./plain-item.ts";
import type { Applied, CloudRecord, Write } from "./record.ts";

const typedItem = z.record(z.string(), z.unknown());
const action = z.looseObject({
  TableName: z.string(),
  Key: typedItem.optional(),
  Item: typedItem.optional(),
  UpdateExpression: z.string().default(""),
  ConditionExpression: z.string().default(""),
  ExpressionAttributeValues: typedItem.default({}),
});
const transaction = z.looseObject({
  ClientRequestToken: z.string().optional(),
  TransactItems: z.array(
    z.looseObject({
      Put: action.optional(),
      Update: action.optional(),
      Delete: action.optional(),
      ConditionCheck: action.optional(),
    }),
  ),
});
const batch = z.object({
  Statements: z.array(z.object({ Statement: z.string(), Parameters: z.array(z.unknown()).default([]) })),
});
const batchAnswer = z.looseObject({
  Responses: z.array(z.looseObject({ Error: z.looseObject({ Code: z.string() }).optional() })).default([]),
});
const refusal = z.looseObject({
  __type: z.string().default(""),
  CancellationReasons: z.array(z.looseObject({ Code: z.string().default("None") })).optional(),
});

const single: Readonly<Record<string, Write["op"]>> = {
  PutItem: "put",
  UpdateItem: "update",
  DeleteItem: "delete",
};

function writeOf(op: Write["op"], asked: z.infer<typeof action>): Write {
  return {
    op,
    table: asked.TableName,
    item: plainItem(asked.Item ?? asked.Key),
    expression: asked.UpdateExpression,
    condition: asked.ConditionExpression,
    values: plainItem(asked.ExpressionAttributeValues),
  };
}

/** An INSERT as the put that it is. @throws for any other statement */
function insertOf({ Statement, Parameters }: z.infer<typeof batch>["Statements"][number]): Write {
  const inserted = readInsert(Statement);
  if (inserted === undefined) throw new Error(`unknown statement ${Statement}`);
  const item = Object.fromEntries(inserted.attributes.map((name, index) => [name, Parameters[index]]));
  return {
    op: "put",
    table: inserted.table,
    item: plainItem(item),
    expression: "",
    condition: "attribute_not_exists",
    values: {},
  };
}

/** The writes that a call requests; none for reads. @throws ZodError for a body of another form */
export function writesOf(name: string, asked: unknown): Write[] {
  const op = single[name];
  if (op !== undefined) return [writeOf(op, action.parse(asked))];
  if (name === "BatchExecuteStatement") return batch.parse(asked).Statements.map(insertOf);
  if (name !== "TransactWriteItems") return [];
  return transaction
    .parse(asked)
    .TransactItems.flatMap(({ Put, Update, Delete, ConditionCheck }) => [
      ...(Put ? [writeOf("put", Put)] : []),
      ...(Update ? [writeOf("update", Update)] : []),
      ...(Delete ? [writeOf("delete", Delete)] : []),
      ...(ConditionCheck ? [writeOf("check", ConditionCheck)] : []),
    ]);
}

function refusalsOf(answered: unknown): string[] {
  const { __type, CancellationReasons } = refusal.parse(answered);
  return CancellationReasons?.map(({ Code }) => Code) ?? [__type.slice(__type.indexOf("#") + 1)];
}

/** One record for each write of a batch, because each is applied or refused apart from the others. */
function recordsOfBatch(base: Applied, writes: readonly Write[], answered: unknown): CloudRecord[] {
  const { Responses } = batchAnswer.parse(answered ?? {});
  return writes.map((write, index) => {
    const refused = Responses[index]?.Error?.Code;
    return {
      ...base,
      what: "wrote",
      applied: refused === undefined,
      refusals: refused === undefined ? [] : [refused],
      writes: [write],
      token: undefined,
      after: undefined,
    };
  });
}

/** Records of a DynamoDB call, applied or refused. */
export function describeTableCall(
  name: string,
  { base, status, asked, answered }: { base: Applied; status: number; asked: unknown; answered: unknown },
): CloudRecord[] {
  const writes = writesOf(name, asked);
  if (writes.length === 0 || status >= 500) return [];
  if (name === "BatchExecuteStatement" && status < 400) return recordsOfBatch(base, writes, answered);
  const applied = status < 400;
  const after = z.looseObject({ Attributes: typedItem.optional() }).parse(answered ?? {}).Attributes;
  return [
    {
      ...base,
      what: "wrote",
      applied,
      refusals: applied ? [] : refusalsOf(answered),
      writes,
      token: name === "TransactWriteItems" ? transaction.parse(asked).ClientRequestToken : undefined,
      after: after === undefined ? undefined : plainItem(after),
    },
  ];
}
