// A session, or a sign-in under way. Its id is the hash of the cookie, so that the table opens no session.
import { createHash } from "node:crypto";
import * as z from "zod";

/** Id of the row of a cookie's value: its SHA-256, hexadecimal. */
export const sessionId = (cookie: string): string => createHash("sha256").update(cookie).digest("hex");

const common = {
  id: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  /** Epoch seconds. Check it on every use: DynamoDB deletes the row only some time later. */
  expiresAt: z.number().int(),
};

export const sessionRowSchema = z.discriminatedUnion("kind", [
  z.object({
    ...common,
    kind: z.literal("pending"),
    /** PKCE's code verifier. */
    verifier: z.string(),
    nonce: z.string(),
    state: z.string(),
    /** Path of the page to return to. */
    returnTo: z.string(),
  }),
  z.object({
    ...common,
    kind: z.literal("session"),
    /** Id of the person. */
    person: z.string(),
    csrf: z.string(),
    /** The provider's ID token, which it wants back at sign-out. */
    idToken: z.string().optional(),
  }),
]);

export type SessionRow = z.infer<typeof sessionRowSchema>;

export type SignedInRow = Extract<SessionRow, { kind: "session" }>;
export type PendingRow = Extract<SessionRow, { kind: "pending" }>;
