// The parameters of Systems Manager that triggers and commands read. In memory, created at every start.
import { z } from "zod";
import type { LocalService, ServiceRequest, ServiceResponse } from "../gateway/service.ts";

/** A parameter. A SecureString is returned in clear text when decryption is requested. */
export type Parameter = { type: "String" | "SecureString"; value: string };

const name = z.string().min(1).max(2048);
const withDecryption = z.boolean().default(false);
const getSchema = z.object({ Name: name, WithDecryption: withDecryption });
const getSeveralSchema = z.object({ Names: z.array(name).min(1).max(10), WithDecryption: withDecryption });

/** Serves GetParameter and GetParameters from a map. Changes in the map take effect at once. */
export function ssmService(
  parameters: ReadonlyMap<string, Parameter>,
  { region, accountId }: { region: string; accountId: string },
): LocalService {
  const view = (asked: string, decrypted: boolean) => {
    const found = parameters.get(asked);
    if (found === undefined) return undefined;
    const { type, value } = found;
    return {
      Name: asked,
      Type: type,
      Value: type === "SecureString" && !decrypted ? Buffer.from("encrypted").toString("base64") : value,
      Version: 1,
      ARN: `arn:aws:ssm:${region}:${accountId}:parameter${asked}`,
      DataType: "text",
    };
  };
  const actions: Record<string, (body: unknown) => ServiceResponse> = {
    GetParameter: (body) => {
      const { Name, WithDecryption } = getSchema.parse(body);
      const found = view(Name, WithDecryption);
      return found === undefined ? failure(400, "ParameterNotFound", "") : answer({ Parameter: found });
    },
    GetParameters: (body) => {
      const { Names, WithDecryption } = getSeveralSchema.parse(body);
      const found = Names.flatMap((asked) => view(asked, WithDecryption) ?? []);
      const InvalidParameters = Names.filter((asked) => !parameters.has(asked));
      return answer({ Parameters: found, InvalidParameters });
    },
  };
  return {
    name: "ssm",
    targetPrefixes: ["AmazonSSM."],
    actionOf,
    handle: async (request) => {
      const action = actions[actionOf(request)];
      if (action === undefined)
        return failure(501, "NotImplemented", `${actionOf(request)} is not part of the local cloud`);
      try {
        return action(JSON.parse(request.body.toString()));
      } catch (error) {
        if (!(error instanceof z.ZodError || error instanceof SyntaxError)) throw error;
        return failure(400, "ValidationException", error.message);
      }
    },
    errorResponse: (_, { status, code, message }) => failure(status, code, message),
  };
}

const actionOf = ({ headers }: ServiceRequest) => headers["x-amz-target"]?.split(".")[1] ?? "Unknown";

const headers = { "content-type": "application/x-amz-json-1.1" };

function answer(body: unknown): ServiceResponse {
  return { status: 200, headers, body: JSON.stringify(body) };
}

function failure(status: number, code: string, message: string): ServiceResponse {
  return { status, headers, body: JSON.stringify({ __type: code, message }) };
}
