// Which running fleet a command talks to: endpoint, region, credentials and names from the environment and `--aws`.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HeadBucketCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { z } from "zod";
import { FleetError, InvalidSettings } from "../../worker/fleet/errors.ts";
import { type ResourceNames, resourceNames } from "../../worker/fleet/resources.ts";
import { createMailSender, type MailSender, smtpAddress } from "./mail/smtp.ts";

/** Where `npm run local` serves unless told otherwise. */
const localSystem = "http://127.0.0.1:4566";

const optionalUrl = z.url("takes a URL, e.g. http://127.0.0.1:4566").optional();

const environment = z.object({
  FLEET_NAME: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
      "takes 1 to 32 lower-case letters, digits and inner hyphens",
    )
    .default("fifo-fleet"),
  FLEET_BUCKET_SUFFIX: z.string().default(""),
  AWS_REGION: z.string().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_ENDPOINT_URL: optionalUrl,
  AWS_ENDPOINT_URL_S3: optionalUrl,
  AWS_ENDPOINT_URL_DYNAMODB: optionalUrl,
  AWS_ENDPOINT_URL_DYNAMODB_STREAMS: optionalUrl,
  AWS_ENDPOINT_URL_SQS: optionalUrl,
  AWS_ENDPOINT_URL_CLOUDWATCH: optionalUrl,
  AWS_ENDPOINT_URL_SSM: optionalUrl,
});

/** Services a command may talk to, by the ending of their endpoint's variable. */
type Service = "S3" | "DYNAMODB" | "DYNAMODB_STREAMS" | "SQS" | "SSM" | "CLOUDWATCH";

/** A fleet to talk to. */
export type Target = {
  names: ResourceNames;
  s3: S3Client;
  db: DynamoDBDocumentClient;
  mail: MailWay;
  slack: SlackWay;
  /** For messages: the endpoint, or `AWS`. */
  where: string;
  destroy: () => void;
};

/** How mails are handed in. */
export type MailWay = {
  recipients: { recipients?: readonly string[]; fallback: string };
  /** Made at the first call. @throws NoMailServer */
  sender: () => Promise<MailSender>;
};

/** How texts are handed in: where Slack would post to, and with which secret it would sign. */
export type SlackWay = () => Promise<{ apiUrl: string; signingSecret: string }>;

/** No fleet can be reached or found there; the text is for the person who typed the command. */
export class NoFleet extends FleetError {}

/** Which fleet is meant, and how clients reach it. */
export type Place = {
  names: ResourceNames;
  where: string;
  /** Settings for an SDK client of a service. */
  settingsFor: (service: Service) => ReturnType<typeof clientOptions>;
};

/**
 * Reads which fleet is meant; calls nothing.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function choosePlace(env: NodeJS.ProcessEnv, { aws }: { aws: boolean }): Place {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    throw new InvalidSettings(
      parsed.error.issues.map(({ path, message }) => `${path.map(String).join(".")} ${message}`),
    );
  const settings = parsed.data;
  const { AWS_ENDPOINT_URL: everywhere, FLEET_NAME, FLEET_BUCKET_SUFFIX } = settings;
  if (aws && everywhere !== undefined)
    throw new InvalidSettings([`--aws was given, but AWS_ENDPOINT_URL is ${everywhere}; unset one of them`]);
  const fallback = aws ? undefined : (everywhere ?? localSystem);
  return {
    names: resourceNames(FLEET_NAME, FLEET_BUCKET_SUFFIX),
    where: fallback ?? "AWS",
    settingsFor: (service) => clientOptions(settings, settings[`AWS_ENDPOINT_URL_${service}`] ?? fallback),
  };
}

/** Which fleet, and for mails who takes them. */
export type TargetOptions = {
  aws: boolean;
  smtp?: string | undefined;
  to?: string | undefined;
  concurrency?: number;
};

/** A mail that names no recipient goes here; the local system takes any. */
const anyDesk = "submissions@magazine.example";

function mailWay(
  { smtp, to, concurrency = 1 }: TargetOptions,
  where: string,
): MailWay & { close: () => void } {
  let made: Promise<MailSender> | undefined;
  const connect = async () => createMailSender(await smtpAddress(smtp, where), concurrency);
  return {
    recipients: { ...(to !== undefined && { recipients: [to] }), fallback: anyDesk },
    sender: () => {
      made ??= connect();
      return made;
    },
    close: () => void made?.then((sender) => sender.close()).catch(() => {}),
  };
}

/** Looks the parameters up at the first call. @throws NoFleet when one is missing */
function slackWay(ssm: SSMClient, { fleet, parameters }: ResourceNames, where: string): SlackWay {
  let found: ReturnType<SlackWay> | undefined;
  const find: SlackWay = async () => {
    const { apiUrl: urlName, slackSigningSecrets: secretsName } = parameters;
    const get = new GetParametersCommand({ Names: [urlName, secretsName], WithDecryption: true });
    const { Parameters = [] } = await ssm.send(get);
    const textOfParameter = (wanted: string): string => {
      const [value] = (Parameters.find(({ Name }) => Name === wanted)?.Value ?? "").split(/\s+/);
      if (value) return value;
      throw new NoFleet(`the fleet ${fleet} at ${where} takes no texts: its parameter ${wanted} is missing`);
    };
    return { apiUrl: textOfParameter(urlName), signingSecret: textOfParameter(secretsName) };
  };
  return () => {
    found ??= find();
    return found;
  };
}

/**
 * Makes the clients of the fleet that is meant; calls nothing.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function chooseTarget(env: NodeJS.ProcessEnv, options: TargetOptions): Target {
  const { names, where, settingsFor } = choosePlace(env, options);
  const s3 = new S3Client(settingsFor("S3"));
  const dynamo = new DynamoDBClient(settingsFor("DYNAMODB"));
  const mail = mailWay(options, where);
  const ssm = new SSMClient(settingsFor("SSM"));
  return {
    names,
    s3,
    db: DynamoDBDocumentClient.from(dynamo),
    mail,
    slack: slackWay(ssm, names, where),
    where,
    destroy: () => {
      ssm.destroy();
      mail.close();
      s3.destroy();
      dynamo.destroy();
    },
  };
}

/** On loopback the local system's region and credentials do, unless others are set; elsewhere the SDK looks for them. */
function clientOptions(env: z.infer<typeof environment>, endpoint: string | undefined) {
  const region = env.AWS_REGION === undefined ? {} : { region: env.AWS_REGION };
  const shared = {
    maxAttempts: 5,
    requestHandler: new NodeHttpHandler({ connectionTimeout: 3000, requestTimeout: 60_000 }),
  };
  if (endpoint === undefined) return { ...shared, ...region };
  const place = { region: "eu-west-1" };
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const given = env.AWS_ACCESS_KEY_ID === undefined ? { ...place, credentials } : place;
  return { ...shared, ...(isLoopback(endpoint) ? given : {}), ...region, endpoint, forcePathStyle: true };
}

function isLoopback(endpoint: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(endpoint).hostname);
}

/**
 * Makes one call, so that a fleet that is not there is told before anything is submitted.
 * @throws NoFleet when nothing answers, the credentials do not do, or there is no such fleet
 */
export async function checkTarget(target: Target): Promise<void> {
  const { s3, names, where } = target;
  await checkRegion(target);
  try {
    await s3.send(new HeadBucketCommand({ Bucket: names.buckets.uploads }));
  } catch (error) {
    throw new NoFleet(textOf(error, names, where), { cause: error });
  }
}

/** @throws NoFleet when no region is set */
export async function checkRegion({ s3 }: Target): Promise<void> {
  await s3.config.region().catch((cause: unknown) => {
    throw new NoFleet("no region is set; AWS_REGION or the AWS profile names it, e.g. eu-west-1", { cause });
  });
}

/** The error of a call that failed because no such fleet is there or it may not be used; nothing for other errors. */
export function asNoFleet(error: unknown, { names, where }: Target): NoFleet | undefined {
  if (!(error instanceof Error)) return undefined;
  const lacked = lacking[error.name];
  if (lacked !== undefined)
    return new NoFleet(
      `there is no fleet ${names.fleet} at ${where}: it lacks a ${lacked} (see FLEET_NAME)`,
      {
        cause: error,
      },
    );
  const known =
    unreachable.has(codeOf(error)) || refusals.has(error.name) || /region is missing/i.test(error.message);
  return known ? new NoFleet(textOf(error, names, where), { cause: error }) : undefined;
}

/** What is missing where a service says so. */
const lacking: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "table",
  QueueDoesNotExist: "queue",
};

const refusals = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "UnrecognizedClientException",
  "CredentialsProviderError",
]);

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : error.name;

/** HEAD has no body, so that S3 can tell a refusal only by its status. */
function isForbidden(error: Error): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403;
}

const unreachable = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
  "TimeoutError",
]);

function textOf(error: unknown, { fleet, buckets }: ResourceNames, where: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  if (unreachable.has(code))
    return where === "AWS"
      ? `AWS does not answer (${code})`
      : `no FIFO Fleet answers at ${where}; start it with npm run local`;
  if (error.name === "NotFound" || error.name === "NoSuchBucket")
    return `there is no fleet ${fleet} at ${where}: it has no bucket ${buckets.uploads} (see FLEET_NAME and FLEET_BUCKET_SUFFIX)`;
  if (isForbidden(error))
    return `the fleet ${fleet} at ${where} refuses these credentials (the local system takes any key id with the secret "local")`;
  return `the fleet ${fleet} at ${where} cannot be used: ${error.name}: ${error.message}`;
}
