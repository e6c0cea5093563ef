// Passwords of links. Only a slow hash with its own salt is stored.
import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import * as z from "zod";
import type { LinkRow } from "../../../worker/jobs/files/rows/link-row.ts";

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** How much work one check is: scrypt's parameters. */
export type PasswordCost = { N: number; r: number; p: number };

type Work = { passwordCost?: PasswordCost };

/** 32 MB of memory, three times over (OWASP, password storage cheat sheet: N = 2^15, r = 8, p = 3). */
const usualCost: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };
const maxmem = 64 * 1024 ** 2;
const hashBytes = 32;

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

/** Hashes a new password. */
export async function hashPassword(
  { random, passwordCost = usualCost }: Work & { random: (bytes: number) => Buffer },
  password: string,
): Promise<StoredPassword> {
  const salt = random(16);
  const hash = await derive(password.normalize("NFKC"), salt, hashBytes, { ...passwordCost, maxmem });
  return { salt: salt.toString("base64url"), hash: hash.toString("base64url"), params: passwordCost };
}

/** No password has this hash. Checking it takes as long as any other. */
export const nobodysPassword = ({ passwordCost: params = usualCost }: Work): StoredPassword => ({
  salt: Buffer.alloc(16).toString("base64url"),
  hash: Buffer.alloc(hashBytes).toString("base64url"),
  params,
});

/** Whether a password is the stored one. */
export async function isPassword(stored: StoredPassword, presented: string): Promise<boolean> {
  const { N, r, p } = storedParams.parse(stored.params);
  const expected = Buffer.from(stored.hash, "base64url");
  const salt = Buffer.from(stored.salt, "base64url");
  const actual = await derive(presented.normalize("NFKC"), salt, expected.length, { N, r, p, maxmem });
  return timingSafeEqual(actual, expected);
}
