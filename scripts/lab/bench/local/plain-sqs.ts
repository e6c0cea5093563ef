// SQS by plain HTTP, as little work for a caller as there is: the SDK would take several times the CPU of the servers that are
// measured, and each of them would look as fast as the SDK.
import { Agent, request } from "node:http";
import type { z } from "zod";

/** A caller of one server, and how it closes its connections. */
export type PlainSqs = {
  call: <Shape extends z.ZodType>(action: string, input: unknown, answer: Shape) => Promise<z.output<Shape>>;
  close: () => void;
};

/** The servers look at the scope of a signature, if at anything in it. */
const authorization =
  "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=none";

/** A caller with as many connections as calls at once (AWS JSON 1.0 protocol). */
export function plainSqs(url: string, connections: number): PlainSqs {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const post = (action: string, body: string) =>
    new Promise<string>((resolve, reject) => {
      const headers = {
        authorization,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AmazonSQS.${action}`,
        "content-length": Buffer.byteLength(body),
      };
      const sent = request(url, { method: "POST", agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${action} at ${url}: status ${response.statusCode}: ${text}`));
        });
        response.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  return {
    call: async (action, input, answer) =>
      answer.parse(JSON.parse((await post(action, JSON.stringify(input))) || "{}")),
    close: () => agent.destroy(),
  };
}
