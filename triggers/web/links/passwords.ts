// Passwords of links. Only a slow hash with its own salt is stored. Hashing is what costs most here and anybody may ask for
// it, so one process does one hash at a time: pages that need none go on beside it.
import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import * as z from "zod";
import type { LinkRow } from "../../../worker/jobs/files/rows/link-row.ts";
import { TooBusy } from "../refusals.ts";
import { type Lane, openLane } from "./lane.ts";

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** How much work one check is: scrypt's parameters. */
export type PasswordCost = { N: number; r: number; p: number };

/**
 * 16 MB of memory, five times over. Of the settings that OWASP holds to be equally strong (password storage cheat sheet,
 * scrypt) this takes the least processor time, and a function's 1,024 MB buy little more than half a processor.
 */
const usualCost: PasswordCost = { N: 2 ** 14, r: 8, p: 5 };
/** Enough for every setting that was ever stored. */
const maxmem = 64 * 1024 ** 2;
const hashBytes = 32;

/** Hashes that may wait for their turn: a quarter of a minute's work. Whoever comes then is asked to come again. */
const mostWaiting = 32;

const storedParams = z.object({ N: z.number(), r: z.number(), p: z.number() });

/** A password as it is stored. */
export type StoredPassword = NonNullable<LinkRow["password"]>;

/** What people may choose. The same text in another Unicode form is the same password. */
export const passwordSchema = z
  .string()
  .transform((text) => text.normalize("NFKC"))
  .refine((text) => text.length >= 4 && text.length <= 200, "takes 4 to 200 characters");

/** What someone presents: anything, checked only by its hash. */
export const presentedPassword = z.string().max(1000).default("");

/** Hashes and checks passwords, one after another. Both throw TooBusy when too many wait. */
export type Passwords = {
  /** Hashes a new password. */
  hash: (password: string) => Promise<StoredPassword>;
  /** Whether a password is the stored one. Without a stored one it is not, after the same work. */
  matches: (stored: StoredPassword | undefined, presented: string) => Promise<boolean>;
};

/** Makes the passwords of a process. */
export function openPasswords(random: (bytes: number) => Buffer, cost: PasswordCost = usualCost): Passwords {
  const lane: Lane = openLane(mostWaiting, () => new TooBusy());
  const nobody = toStored(Buffer.alloc(16), Buffer.alloc(hashBytes), cost);
  return {
    hash: async (password) => {
      const salt = random(16);
      return toStored(salt, await lane(() => scryptOf(password, salt, hashBytes, cost)), cost);
    },
    matches: async (stored = nobody, presented) => {
      const expected = Buffer.from(stored.hash, "base64url");
      const salt = Buffer.from(stored.salt, "base64url");
      const params = storedParams.parse(stored.params);
      const actual = await lane(() => scryptOf(presented, salt, expected.length, params));
      return timingSafeEqual(actual, expected);
    },
  };
}

const toStored = (salt: Buffer, hash: Buffer, params: PasswordCost): StoredPassword => ({
  salt: salt.toString("base64url"),
  hash: hash.toString("base64url"),
  params,
});

const scryptOf = (
  password: string,
  salt: Buffer,
  bytes: number,
  { N, r, p }: PasswordCost,
): Promise<Buffer> => derive(password.normalize("NFKC"), salt, bytes, { N, r, p, maxmem });
