// Sign-ins under way: what the provider's answer must prove, kept on the server and used once.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type PendingRow, sessionId, sessionRowSchema } from "../../../worker/jobs/files/rows/session-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import type { SignInChecks } from "./sign-in.ts";

/** How long a person may take at the provider. */
export const pendingSeconds = 15 * 60;

type Stores = Pick<WebDependencies, "db" | "names" | "now" | "random">;

/** Keeps a begun sign-in; resolves to the value of its cookie. */
export async function keepPending(stores: Stores, checks: SignInChecks, returnTo: string): Promise<string> {
  const cookie = stores.random(32).toString("base64url");
  const now = stores.now();
  const row: PendingRow = {
    id: sessionId(cookie),
    kind: "pending",
    ...checks,
    returnTo,
    createdAt: new Date(now).toISOString(),
    expiresAt: Math.floor(now / 1000) + pendingSeconds,
  };
  await stores.db.send(new PutCommand({ TableName: stores.names.tables.sessions, Item: row }));
  return cookie;
}

/** Takes a begun sign-in. A second call with the same cookie finds nothing. */
export async function takePending(
  { db, names, now }: Stores,
  cookie: string,
): Promise<PendingRow | undefined> {
  const taken = db.send(
    new DeleteCommand({
      TableName: names.tables.sessions,
      Key: { id: sessionId(cookie) },
      // The cookie of a session cannot be used here, and so cannot end one.
      ConditionExpression: "attribute_not_exists(id) OR kind = :pending",
      ExpressionAttributeValues: { ":pending": "pending" },
      ReturnValues: "ALL_OLD",
    }),
  );
  const row = sessionRowSchema.safeParse((await taken.catch(noneIfASession))?.Attributes).data;
  return row?.kind === "pending" && row.expiresAt * 1000 > now() ? row : undefined;
}

function noneIfASession(error: unknown): undefined {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
}
