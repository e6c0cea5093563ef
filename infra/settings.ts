// What a person may choose for the cloud, read from CDK's context (`-c name=value` or cdk.json). All problems are told
// together.
import * as z from "zod";
import { answerPolicies } from "../worker/jobs/mail/answers/settings.ts";
import { architectures, type FleetArchitecture } from "./instance-types.ts";
import { scalingPolicy } from "./scaling-policy.ts";

const list = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)).min(1));
const yes = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);
const count = (least: number, most: number) => {
  const error = `takes a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};
const account = z
  .string()
  .regex(/^\d{12}\/[a-z]{2}(-[a-z]+)+-\d$/, "takes ACCOUNT/REGION, e.g. 123456789012/eu-west-1");

/** A mail address that is one word in the unit's command: no apostrophe. */
const mail = z.email("takes a mail address").regex(/^[^'"]+$/, "takes a mail address without quotes");

const context = z.object({
  /** Buckets carry the name, the account and the region, and S3 allows 63 characters: hence 24. */
  fleet: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/,
      "takes 1 to 24 lower-case letters, digits and inner hyphens",
    )
    .default("fifo-fleet"),
  architecture: z.enum(architectures, { error: `takes ${architectures.join(" or ")}` }).default("x86_64"),
  /** Instance types instead of the usual ones, for regions that lack some. */
  instanceTypes: list.optional(),
  zones: count(2, 3).default(3),
  /** Workers in private subnets behind a NAT gateway, which costs by the hour. */
  privateSubnets: yes.default(false),
  minInstances: count(0, 100).default(scalingPolicy.min),
  maxInstances: count(1, 100).default(scalingPolicy.max),
  /** Instances that are on-demand before any is spot. */
  onDemandBase: count(0, 100).default(0),
  /** SSM parameter that names an AMI, e.g. one that holds the image already. */
  amiParameter: z.string().startsWith("/").optional(),
  /** False for accounts whose Lambda quota (10 in a new account) leaves nothing to reserve. */
  reservedConcurrency: yes.default(true),
  alarmMail: z.email("takes a mail address").optional(),
  /** Mails to this address are received by SES; its domain becomes an SES identity. */
  mailAddress: mail.optional(),
  /** Further addresses of ours: SES receives those of the same domain, others may be forwarded here. */
  mailAliases: list.pipe(z.array(mail)).optional(),
  /** Who is told of every submission. */
  mailEditor: mail.optional(),
  /** Which authors are answered. */
  mailAnswer: z.enum(answerPolicies, { error: `takes one of ${answerPolicies.join(", ")}` }).optional(),
  /** Origins whose pages may post uploads from a browser. */
  uploadOrigins: list.optional(),
  /** `owner/name` of the repository a delivery pipeline follows; without it there is no pipeline. */
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "takes OWNER/NAME")
    .optional(),
  branch: z.string().min(1).default("main"),
  connectionArn: z.string().startsWith("arn:").optional(),
  staging: account.optional(),
  production: account.optional(),
});

/** The names a context may have. */
export const settingNames = Object.keys(context.shape);

/** The settings of a deployment. */
export type Settings = Readonly<z.infer<typeof context>> & { readonly architecture: FleetArchitecture };

/** A context that cannot be used. */
export class InvalidContext extends Error {
  constructor(problems: readonly string[]) {
    super(`the context cannot be used:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "InvalidContext";
  }
}

/**
 * Reads the settings.
 * @param get answers a context value, nothing where it is not set
 * @throws InvalidContext naming every value that cannot be used
 */
export function readSettings(get: (name: string) => unknown): Settings {
  const given = settingNames.flatMap((name) => {
    const value = get(name);
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  const parsed = context.safeParse(Object.fromEntries(given));
  const problems = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
  if (!parsed.success || problems.length > 0) throw new InvalidContext(problems);
  return Object.freeze(parsed.data);
}

/** A pipeline's first stage is a fleet of its own. */
const stagingSuffix = "-staging";

function contradictions(settings: z.infer<typeof context>) {
  const { fleet, repository, connectionArn, minInstances, maxInstances, mailAddress } = settings;
  return [
    ...(["mailAliases", "mailEditor", "mailAnswer"] as const)
      .filter((name) => settings[name] !== undefined && mailAddress === undefined)
      .map((name) => `${name}: needs mailAddress, from which mails are sent`),
    ...(repository && !connectionArn
      ? ["connectionArn: is missing; the pipeline reads the repository by it"]
      : []),
    ...(repository && fleet.length > 24 - stagingSuffix.length
      ? [
          `fleet: takes ${24 - stagingSuffix.length} characters beside a pipeline, whose staging adds "${stagingSuffix}"`,
        ]
      : []),
    ...(minInstances > maxInstances ? ["minInstances: is above maxInstances"] : []),
  ];
}
