// The settings of file sharing, for worker and pages. Only the configuration files of both read the environment, with
// `fileEnvironment`.
import * as z from "zod";

const gigabyte = 1024 ** 3;

/** The largest file that S3 takes: 10,000 parts of 5 GB are more, the object itself is limited (S3 user guide, quotas). */
const largestObjectBytes = 5 * 1024 * gigabyte;

function whole(least: number, most: number) {
  const error = `takes a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}
function hours(most: number) {
  const error = `takes hours above 0, at most ${most}`;
  return z.coerce.number({ error }).positive({ error }).max(most, { error });
}
const yes = z.enum(["true", "false"], { error: "takes true or false" }).transform((text) => text === "true");

/** Entries of a list between commas, in lower case. */
const list = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim().toLowerCase()))
  .pipe(z.array(z.string().regex(/^[^\s@]*@[^\s@]+$/, "takes addresses and @domains between commas")));

/** The variables, as fields of a zod object. */
export const fileEnvironment = {
  /** Hours until a file expires, unless its owner says otherwise. */
  FLEET_FILE_HOURS: hours(24 * 365).default(1),
  /** The latest expiry that an owner may choose, in hours after now. */
  FLEET_FILE_MAX_HOURS: hours(24 * 365).default(24 * 7),
  FLEET_FILE_MAX_BYTES: whole(1, largestObjectBytes).default(50 * gigabyte),
  /** Bytes that one person may keep. */
  FLEET_FILE_QUOTA_BYTES: whole(1, Number.MAX_SAFE_INTEGER).default(100 * gigabyte),
  /** Addresses and @domains that nothing is shared with. */
  FLEET_BLOCKED_ADDRESSES: list.optional(),
  /** Whether people are told by mail what was shared with them. */
  FLEET_SHARE_MAILS: yes.optional(),
  /** Whether anyone may upload pictures without signing in. */
  FLEET_ANONYMOUS_PICTURES: yes.optional(),
} as const;

const environment = z.object(fileEnvironment);

/** The settings of file sharing. */
export type FileSettings = {
  fileHours: number;
  maxFileHours: number;
  maxFileBytes: number;
  quotaBytes: number;
  blockedAddresses: readonly string[];
  shareMails: boolean;
  anonymousPictures: boolean;
};

/** The settings in the parsed environment. */
export function fileSettingsOf(env: z.infer<typeof environment>): FileSettings {
  return {
    fileHours: Math.min(env.FLEET_FILE_HOURS, env.FLEET_FILE_MAX_HOURS),
    maxFileHours: env.FLEET_FILE_MAX_HOURS,
    maxFileBytes: env.FLEET_FILE_MAX_BYTES,
    quotaBytes: env.FLEET_FILE_QUOTA_BYTES,
    blockedAddresses: env.FLEET_BLOCKED_ADDRESSES ?? [],
    shareMails: env.FLEET_SHARE_MAILS ?? false,
    anonymousPictures: env.FLEET_ANONYMOUS_PICTURES ?? false,
  };
}

/** The settings of a fleet whose environment sets none. */
export const defaultFileSettings: FileSettings = fileSettingsOf(environment.parse({}));
