// A gateway in front of any endpoint. Forwards every request of every service unchanged, except for the faults that rules
// inject. Knows nothing of a service but the format of its errors.
import type { FaultRule } from "../../local/gateway/faults.ts";
import { type Gateway, startGateway } from "../../local/gateway/gateway.ts";
import { forwarder } from "../../local/gateway/proxy.ts";
import type {
  LocalService,
  ServiceError,
  ServiceRequest,
  ServiceResponse,
} from "../../local/gateway/service.ts";
import { queryError } from "../../local/protocols/query.ts";
import { leaf } from "../../local/protocols/xml.ts";
import { s3Document } from "../../local/s3/protocol/document.ts";

/** Services by the name in their credential scope, and the protocol of their errors. */
const protocols = {
  s3: "s3",
  sqs: "json",
  dynamodb: "json",
  monitoring: "json",
  ssm: "json",
  logs: "json",
  events: "json",
  kms: "json",
  secretsmanager: "json",
  ses: "json",
  lambda: "json",
  sns: "query",
  autoscaling: "query",
  sts: "query",
  iam: "query",
  ec2: "query",
  cloudformation: "query",
} as const;

type Protocol = (typeof protocols)[keyof typeof protocols];

/** Starts it on 127.0.0.1; port 0 takes a free one. Requests pass through `rules` in order. */
export async function startFront(options: {
  /** http://HOST:PORT of an endpoint that speaks the AWS API. */
  endpoint: string;
  port: number;
  rules: readonly FaultRule[];
}): Promise<Gateway> {
  const { forward, agent } = forwarder(options.endpoint, { keepHost: true });
  const services = Object.entries(protocols).map(([name, protocol]): LocalService => {
    const errorResponse = (request: ServiceRequest, error: ServiceError) => errorIn(protocol, request, error);
    return {
      name,
      targetPrefixes: targetPrefixes[name] ?? [],
      streamsBodies: name === "s3",
      actionOf,
      handle: async (request) => {
        try {
          return await forward(request);
        } catch (error) {
          const message = `${options.endpoint} does not answer: ${String(error)}`;
          return errorIn(protocol, request, { status: 503, code: "ServiceUnavailable", message });
        }
      },
      errorResponse,
    };
  });
  const gateway = await startGateway({ port: options.port, services });
  gateway.faults.push(...options.rules);
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      agent.destroy();
    },
  };
}

/** Identifies the service of requests without a signature. */
const targetPrefixes: Readonly<Record<string, readonly string[]>> = {
  sqs: ["AmazonSQS."],
  dynamodb: ["DynamoDB_20120810.", "DynamoDBStreams_20120810."],
  ssm: ["AmazonSSM."],
  monitoring: ["GraniteServiceVersion20100801."],
};

/** The API action: from the target header of JSON calls, from the form of query calls, otherwise method and path. */
function actionOf({ method, path, headers, body }: ServiceRequest): string {
  const target = headers["x-amz-target"];
  if (target !== undefined) return target.slice(target.lastIndexOf(".") + 1);
  // SES version 2 has paths instead of names. It needs its name here because a duplicated mail cannot be undone.
  if (method === "POST" && path.endsWith("/v2/email/outbound-emails")) return "SendEmail";
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  return (isForm && new URLSearchParams(body.toString()).get("Action")) || `${method} ${path}`;
}

function errorIn(protocol: Protocol, request: ServiceRequest, error: ServiceError): ServiceResponse {
  const { status, code, message } = error;
  switch (protocol) {
    case "json": {
      const headers = {
        "content-type": "application/x-amz-json-1.0",
        // REST services name their errors in this header.
        "x-amzn-errortype": code.slice(code.indexOf("#") + 1),
      };
      return { status, headers, body: JSON.stringify({ __type: code, message }) };
    }
    case "s3": {
      const body = s3Document("Error", [leaf("Code", code), leaf("Message", message)]);
      return { status, headers: { "content-type": "application/xml" }, body };
    }
    case "query":
      return queryError(request, undefined, error);
  }
}
