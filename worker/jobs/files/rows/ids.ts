// Ids and keys of files. Every id is random: nobody can guess one, and no byte of a key is chosen by a person.
import * as z from "zod";

/** The number of random bytes in an id: 128 bits. */
export const idBytes = 16;

/** An id from random bytes, as 22 characters of base64url. */
export const idFrom = (random: Uint8Array): string => Buffer.from(random).toString("base64url");

/** Checks an id that someone presents. */
export const fileIdSchema = z.string().regex(/^[\w-]{22}$/, "is not the id of a file");

/** Prefix of the keys in the bucket `incoming`. Objects elsewhere in it are not uploads. */
export const incomingPrefix = "incoming/";

/** Key of an upload in the bucket `incoming`. */
export const incomingKey = (fileId: string): string => `${incomingPrefix}${fileId}`;

/** Key of a stored file in the bucket `secure`. It is written once. */
export const storedKey = (fileId: string): string => `files/${fileId}`;

/** Key of a file's preview in the bucket `secure`. Written once. */
export const previewKey = (fileId: string): string => `previews/${fileId}`;
