// The settings of file sharing as context settings, and as variables for the worker and the pages.
import * as z from "zod";
import { fileEnvironment } from "../worker/jobs/files/settings.ts";
import { yes } from "./account-settings.ts";

/** An entry is one word in the command of the worker's unit: without quotes and what systemd would replace. */
const blocked = z
  .string()
  .regex(/^[^\s@'"\\$%]*@[^\s@'"\\$%]+$/, "takes addresses and @domains between commas, without quotes");

/** The context settings. Those that are not set have the defaults of worker/jobs/files/settings.ts. */
export const fileContext = {
  /** Hours until a file expires, unless its owner says otherwise. */
  fileHours: fileEnvironment.FLEET_FILE_HOURS.unwrap().optional(),
  /** The latest expiry that an owner may choose, in hours. */
  maxFileHours: fileEnvironment.FLEET_FILE_MAX_HOURS.unwrap().optional(),
  maxFileBytes: fileEnvironment.FLEET_FILE_MAX_BYTES.unwrap().optional(),
  /** Bytes that one person may keep. */
  quotaBytes: fileEnvironment.FLEET_FILE_QUOTA_BYTES.unwrap().optional(),
  /** Addresses and @domains that nothing is shared with. */
  blockedAddresses: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(blocked).min(1))
    .optional(),
  /** People are told by mail what was shared with them. */
  shareMails: yes.optional(),
  /** Anyone may upload pictures without signing in. */
  anonymousPictures: yes.optional(),
};

const context = z.object(fileContext);

const variables = {
  fileHours: "FLEET_FILE_HOURS",
  maxFileHours: "FLEET_FILE_MAX_HOURS",
  maxFileBytes: "FLEET_FILE_MAX_BYTES",
  quotaBytes: "FLEET_FILE_QUOTA_BYTES",
  blockedAddresses: "FLEET_BLOCKED_ADDRESSES",
  shareMails: "FLEET_SHARE_MAILS",
  anonymousPictures: "FLEET_ANONYMOUS_PICTURES",
} as const satisfies Record<keyof typeof fileContext, keyof typeof fileEnvironment>;

/** The variables of the settings that are set. */
export function fileVariables(settings: Readonly<z.infer<typeof context>>): Record<string, string> {
  return Object.fromEntries(
    (Object.keys(variables) as (keyof typeof variables)[]).flatMap((name) => {
      const value = settings[name];
      return value === undefined ? [] : [[variables[name], String(value)] as const];
    }),
  );
}
