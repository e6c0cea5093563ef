// What a call to the local cloud would require from IAM in the real one: actions and resources, from each service's page of
// the service authorization reference. A call without an entry is an error; it never counts as allowed.
import { FleetError } from "../../../../worker/fleet/errors.ts";
import type { FaultCall } from "../../../local/gateway/faults.ts";
import { accessKeyIdOf } from "../../../local/gateway/route.ts";
import type { Deployment } from "../assembly/physical.ts";
import type { Access } from "../iam/evaluate.ts";
import { dynamodbAccesses } from "./dynamodb.ts";
import { autoScalingAccesses, sesAccesses, snsAccesses, sqsAccesses, ssmAccesses } from "./messaging.ts";
import type { AccessesOf } from "./required-access.ts";
import { s3Accesses } from "./s3.ts";

/** A call whose required rights are not known here. */
export class UnknownCall extends FleetError {}

const services: Readonly<Record<string, AccessesOf>> = {
  s3: s3Accesses,
  sqs: sqsAccesses,
  sns: snsAccesses,
  dynamodb: dynamodbAccesses,
  autoscaling: autoScalingAccesses,
  ses: sesAccesses,
  ssm: ssmAccesses,
};

/**
 * Everything that IAM must allow for a call to succeed. Assumes TLS, as the cloud's endpoints require.
 * @throws UnknownCall
 */
export function accessesOf(call: FaultCall, deployment: Deployment): Access[] {
  const wanted = services[call.service]?.(call, deployment);
  if (wanted === undefined)
    throw new UnknownCall(`the IAM actions of ${call.service} ${call.action} are not known here`);
  return wanted.map(({ action, resource, context }) => ({
    action,
    resource,
    resourceAccount: deployment.account,
    context: { "aws:SecureTransport": "true", "aws:RequestedRegion": deployment.region, ...context },
  }));
}

/** A form's field with the credential that signed its policy. Fields come before the file. */
const formCredential = /name="x-amz-credential"\r\n(?:[^\r\n]+\r\n)*\r\n([^/\r\n]+)\//i;

/** How much of a form is searched: the most that S3 takes before the file. */
const formBytes = 20_000;

/**
 * The access key id of whoever makes a call, or has signed its address or form: with a presigned address S3 lets its holder
 * do what the signer may do ("Sharing objects with presigned URLs", S3 user guide).
 */
export function accessKeyOf({ action, request }: Pick<FaultCall, "action" | "request">): string | undefined {
  if (action !== "PostObject") return accessKeyIdOf(request);
  return formCredential.exec(request.body.subarray(0, formBytes).toString("latin1"))?.[1];
}
