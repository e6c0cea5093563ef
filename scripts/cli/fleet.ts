// The fleet a command works with: its names and clients, and one line for the person where it is missing or unusable.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HeadBucketCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { endpointProblem, isUnreachable } from "../../worker/fleet/endpoint-problem.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import { choosePlace, type Place } from "./place.ts";

/** A fleet to work with. */
export type Fleet = Place & { s3: S3Client; db: DynamoDBDocumentClient; destroy: () => void };

/** No usable fleet is there. The message is for the person who typed the command. */
export class NoFleet extends FleetError {}

/**
 * Makes the clients of the fleet that is meant; calls nothing.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function chooseFleet(env: NodeJS.ProcessEnv, options: { aws: boolean }): Fleet {
  const place = choosePlace(env, options);
  const s3 = new S3Client(place.settingsFor("S3"));
  const dynamo = new DynamoDBClient(place.settingsFor("DYNAMODB"));
  return {
    ...place,
    s3,
    db: DynamoDBDocumentClient.from(dynamo),
    destroy: () => {
      s3.destroy();
      dynamo.destroy();
    },
  };
}

/**
 * Runs something with the fleet that is meant and destroys its clients afterwards.
 * @throws NoFleet where a call fails because the fleet is missing or unusable; every other error unchanged
 */
export async function withFleet<Result>(
  env: NodeJS.ProcessEnv,
  options: { aws: boolean },
  run: (fleet: Fleet) => Promise<Result>,
): Promise<Result> {
  const fleet = chooseFleet(env, options);
  try {
    await checkRegion(fleet);
    return await run(fleet);
  } catch (error) {
    throw asNoFleet(error, fleet) ?? error;
  } finally {
    fleet.destroy();
  }
}

/**
 * Makes one call, so that a missing fleet is reported before anything is submitted.
 * @throws NoFleet when nothing answers, the credentials are refused, or there is no such fleet
 */
export async function checkFleet(fleet: Fleet): Promise<void> {
  const { s3, names, where } = fleet;
  await checkRegion(fleet);
  try {
    await s3.send(new HeadBucketCommand({ Bucket: names.buckets.uploads }));
  } catch (error) {
    throw new NoFleet(textOf(error, fleet, where), { cause: error });
  }
}

/** @throws NoFleet when no region is set */
async function checkRegion({ s3 }: Fleet): Promise<void> {
  await s3.config.region().catch((cause: unknown) => {
    throw new NoFleet("no region is set; AWS_REGION or the AWS profile names it, e.g. eu-west-1", { cause });
  });
}

/** What a service says is missing. */
const missing: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "table",
  QueueDoesNotExist: "queue",
};

function asNoFleet(error: unknown, fleet: Fleet): NoFleet | undefined {
  if (!(error instanceof Error)) return undefined;
  const { names, where } = fleet;
  const resource = missing[error.name];
  if (resource !== undefined)
    return new NoFleet(
      `there is no fleet ${names.fleet} at ${where}: it lacks a ${resource} (see FLEET_NAME)`,
      { cause: error },
    );
  const known = endpointProblem(error, where) !== undefined || /region is missing/i.test(error.message);
  return known ? new NoFleet(textOf(error, fleet, where), { cause: error }) : undefined;
}

function textOf(error: unknown, { names: { fleet, buckets } }: Fleet, where: string): string {
  if (!(error instanceof Error)) return String(error);
  if (isUnreachable(error) && where !== "AWS")
    return `no FIFO Fleet answers at ${where}; start it with npm run local`;
  if (error.name === "NotFound" || error.name === "NoSuchBucket")
    return `there is no fleet ${fleet} at ${where}: it has no bucket ${buckets.uploads} (see FLEET_NAME and FLEET_BUCKET_SUFFIX)`;
  if (isForbidden(error))
    return `the fleet ${fleet} at ${where} refuses these credentials (the local system takes any key id with the secret "local")`;
  return (
    endpointProblem(error, where) ??
    `the fleet ${fleet} at ${where} cannot be used: ${error.name}: ${error.message}`
  );
}

/** A HEAD request has no body, so S3 can report a refusal only by its status. */
function isForbidden(error: Error): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403;
}
