// The settings of a deployment, read from CDK's context (`-c name=value` or cdk.json). Reports all problems together.
import * as z from "zod";
import { jobKinds } from "../worker/jobs/catalog.ts";
import { answerPolicies } from "../worker/jobs/mail/answers/settings.ts";
import { accountContext, accountContradictions, list, yes } from "./account-settings.ts";
import { fileContext } from "./file-settings.ts";
import { architectures, type FleetArchitecture } from "./instance-requirements.ts";
import { domainOf } from "./mail-domain.ts";
import { scalingPolicy } from "./scaling/policy.ts";
import { readTargetWaits } from "./scaling/target-waits.ts";

const count = (min: number, max: number) => {
  const error = `takes a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};
const account = z
  .string()
  .regex(/^\d{12}\/[a-z]{2}(-[a-z]+)+-\d$/, "takes ACCOUNT/REGION, e.g. 123456789012/eu-west-1");

/** A mail address without quotes, so that it is one word in the unit's command. */
const mail = z.email("takes a mail address").regex(/^[^'"]+$/, "takes a mail address without quotes");

const context = z.object({
  /** At most 24 characters: bucket names contain it, the account and the region, and S3 allows 63 characters. */
  fleet: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/,
      "takes 1 to 24 lower-case letters, digits and inner hyphens",
    )
    .default("fifo-fleet"),
  architecture: z.enum(architectures, { error: `takes ${architectures.join(" or ")}` }).default("x86_64"),
  /** Instance types instead of the choice by attributes (instance-requirements.ts). */
  instanceTypes: list.optional(),
  zones: count(2, 3).default(3),
  /** Puts workers into private subnets behind a NAT gateway, which costs money by the hour. */
  privateSubnets: yes.default(false),
  minInstances: count(0, 100).default(scalingPolicy.min),
  maxInstances: count(1, 100).default(scalingPolicy.max),
  /** How long jobs may wait while the fleet runs, in seconds; exceptions by kind follow, e.g. `60,parse-mail=20`. */
  targetWait: z
    .union([z.number().transform(String), z.string()])
    .superRefine((text, { addIssue }) => {
      const waits = readTargetWaits(text, jobKinds);
      if (typeof waits === "string") addIssue({ code: "custom", message: waits });
    })
    .default(String(scalingPolicy.targetWaitSeconds)),
  /** Seconds between two counts: 60, or 10 for a fleet that grows half a minute sooner and costs some dollars a month more. */
  countSeconds: z
    .union([z.literal(60), z.literal(10), z.enum(["60", "10"]).transform(Number)], {
      error: "takes 60 or 10",
    })
    .default(60),
  /** The number of on-demand instances; all instances above it are spot. */
  onDemandBase: count(0, 100).default(0),
  /** On-demand instances stand in when spot instances have been missing for so many minutes; 0 for never. */
  onDemandAfterMinutes: count(0, 720).default(15),
  /** SSM parameter with the id of an AMI, for example one that already contains the image. */
  amiParameter: z.string().startsWith("/").optional(),
  /** True reserves concurrent calls for the triggers that need it. A new account has 10 calls and nothing to reserve. */
  reservedConcurrency: yes.default(false),
  alarmMail: z.email("takes a mail address").optional(),
  /** Where docs/ can be read, so that the alarms' links to their pages can be followed. */
  docsUrl: z.url({ protocol: /^https$/, error: "takes an https address" }).optional(),
  /** SES receives mails to this address. Its domain becomes an SES identity. */
  mailAddress: mail.optional(),
  /** An identity of SES that exists and covers mailAddress, instead of one that the stack makes of its domain. */
  mailIdentity: z
    .string()
    .regex(/^([^'"\s@]+@)?[^'"\s@]+\.[^'"\s@]+$/, "takes a domain or a mail address")
    .optional(),
  /** Further addresses of the fleet. SES receives those of the same domain; mail to others must be forwarded. */
  mailAliases: list.pipe(z.array(mail)).optional(),
  /** The address that is notified of every submission. */
  mailEditor: mail.optional(),
  /** Which authors get an answer. */
  mailAnswer: z.enum(answerPolicies, { error: `takes one of ${answerPolicies.join(", ")}` }).optional(),
  /** Origins whose pages may upload from a browser, besides our own pages. */
  uploadOrigins: list.optional(),
  /** False deploys no pages: no CDN, no sign-in, no web function. */
  web: yes.default(true),
  /** The host name of the pages. Without it they have CloudFront's. */
  webDomain: z
    .string()
    .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "takes a host name in lower case")
    .optional(),
  /** Its certificate in Certificate Manager. CloudFront reads certificates in us-east-1 only. */
  webCertificate: z
    .string()
    .regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/.+$/, "takes the ARN of a certificate in us-east-1")
    .optional(),
  ...fileContext,
  ...accountContext,
  /** `owner/name` of the repository for the delivery pipeline. Without it there is no pipeline. */
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "takes OWNER/NAME")
    .optional(),
  branch: z.string().min(1).default("main"),
  connectionArn: z.string().startsWith("arn:").optional(),
  staging: account.optional(),
  production: account.optional(),
});

/** The names of all settings. */
export const settingNames = Object.keys(context.shape);

/** The settings of a deployment. */
export type Settings = Readonly<z.infer<typeof context>> & { readonly architecture: FleetArchitecture };

/** The context has invalid settings. */
export class InvalidContext extends Error {
  constructor(problems: readonly string[]) {
    super(`the context cannot be used:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "InvalidContext";
  }
}

/**
 * Reads the settings.
 * @param get returns a context value, undefined when it is not set
 * @throws InvalidContext naming every invalid value
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

/** The first stage of a pipeline is a separate fleet. */
const stagingSuffix = "-staging";

function contradictions(settings: z.infer<typeof context>) {
  const { minInstances, maxInstances, mailAddress, mailIdentity } = settings;
  return [
    ...webContradictions(settings),
    ...accountContradictions(settings),
    ...pipelineContradictions(settings),
    ...(["mailAliases", "mailEditor", "mailAnswer", "mailIdentity"] as const)
      .filter((name) => settings[name] !== undefined && mailAddress === undefined)
      .map((name) => `${name}: needs mailAddress, from which mails are sent`),
    ...(mailIdentity && mailAddress && !covers(mailIdentity, mailAddress)
      ? [`mailIdentity: does not cover mailAddress; take it, its domain or a domain above that`]
      : []),
    ...(minInstances > maxInstances ? ["minInstances: is above maxInstances"] : []),
  ];
}

function pipelineContradictions(settings: z.infer<typeof context>) {
  const { fleet, repository, connectionArn, staging, production } = settings;
  const longest = 24 - stagingSuffix.length;
  const unused = (["connectionArn", "staging", "production"] as const).filter(
    (name) => settings[name] !== undefined && repository === undefined,
  );
  return [
    ...unused.map((name) => `${name}: needs repository, for a pipeline`),
    ...(repository && !connectionArn
      ? ["connectionArn: is missing; the pipeline reads the repository by it"]
      : []),
    ...(repository && fleet.length > longest
      ? [`fleet: takes ${longest} characters beside a pipeline, whose staging adds "${stagingSuffix}"`]
      : []),
    // The pipeline is in production's account, and must know whether staging is in another.
    ...(staging && !production ? ["production: is missing; staging in a place of its own needs it"] : []),
  ];
}

/** Whether SES lets an identity send from an address: the address itself, its domain, or a domain above. */
const covers = (identity: string, address: string): boolean =>
  identity === address || domainOf(address) === identity || domainOf(address).endsWith(`.${identity}`);

/** Words that Cognito refuses in the name of a sign-in domain, of which the fleet's name is a part. */
const reserved = ["aws", "amazon", "cognito"];

function webContradictions(settings: z.infer<typeof context>) {
  const { fleet, web, webDomain, webCertificate, mailAddress, shareMails, fileHours, maxFileHours } =
    settings;
  const word = reserved.find((each) => fleet.includes(each));
  return [
    ...(web && word ? [`fleet: contains "${word}", which Cognito refuses; take another or web=false`] : []),
    ...(webDomain && !webCertificate ? ["webCertificate: is missing; webDomain needs it"] : []),
    ...(webCertificate && !webDomain ? ["webDomain: is missing; webCertificate is for it"] : []),
    ...(webDomain && !web ? ["webDomain: needs web"] : []),
    ...(shareMails && !mailAddress ? ["shareMails: needs mailAddress, from which mails are sent"] : []),
    ...(fileHours && maxFileHours && fileHours > maxFileHours ? ["fileHours: is above maxFileHours"] : []),
  ];
}
