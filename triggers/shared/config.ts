// The triggers' settings: the only file of the triggers that reads the environment. Reports all problems together.

import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { SQSClientConfig } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { type ResourceNames, resourceNames } from "../../worker/fleet/resources.ts";

/** The variables of every trigger. */
export const triggerEnvironment = z.object({
  FLEET_NAME: z
    .string({ error: "is missing; it names the fleet" })
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
      "takes 1 to 32 lower-case letters, digits and inner hyphens",
    ),
  FLEET_BUCKET_SUFFIX: z.string().default(""),
  AWS_REGION: z.string("is missing").min(1, "is empty"),
  AWS_ENDPOINT_URL: z.string().optional(),
  AWS_ENDPOINT_URL_SQS: z.string().optional(),
});

/** The settings of a trigger. */
export type TriggerConfig = {
  names: ResourceNames;
  region: string;
  /** Options of the SQS client. With a configured endpoint it ignores the hosts of queue URLs. */
  sqs: Pick<SQSClientConfig, "region" | "useQueueUrlAsEndpoint">;
  /** Options of the S3 client. At a configured endpoint buckets are in the path. */
  s3: Pick<S3ClientConfig, "region" | "forcePathStyle">;
};

/**
 * Reads the settings.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): TriggerConfig {
  return triggerConfigOf(checked(triggerEnvironment, env));
}

/**
 * Checks an environment.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function checked<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new InvalidSettings(parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`));
}

/** The settings that every trigger has. */
export function triggerConfigOf(env: z.output<typeof triggerEnvironment>): TriggerConfig {
  const { FLEET_NAME, FLEET_BUCKET_SUFFIX, AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS } = env;
  return Object.freeze({
    names: resourceNames(FLEET_NAME, FLEET_BUCKET_SUFFIX),
    region: AWS_REGION,
    sqs: { region: AWS_REGION, useQueueUrlAsEndpoint: !(AWS_ENDPOINT_URL_SQS || AWS_ENDPOINT_URL) },
    s3: { region: AWS_REGION, forcePathStyle: Boolean(AWS_ENDPOINT_URL) },
  });
}
