// Which fleet a command means: endpoint, region, credentials and names, from the environment and `--aws`. Calls nothing.
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { z } from "zod";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { type ResourceNames, resourceNames } from "../../worker/fleet/resources.ts";

/** Where `npm run local` serves by default. */
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
  AWS_ENDPOINT_URL_AUTO_SCALING: optionalUrl,
});

/** Services a command may call, by the ending of their endpoint's variable. */
type Service = "S3" | "DYNAMODB" | "DYNAMODB_STREAMS" | "SQS" | "SSM" | "CLOUDWATCH" | "AUTO_SCALING";

/** A fleet by its names and its endpoint. */
export type Place = {
  names: ResourceNames;
  /** For messages: the endpoint, or `AWS`. */
  where: string;
  /** Settings for an SDK client of a service. */
  settingsFor: (service: Service) => ReturnType<typeof clientOptions>;
};

/**
 * Reads which fleet is meant.
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

/** On loopback the local system's region and credentials are the default; elsewhere the SDK looks for them. */
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
