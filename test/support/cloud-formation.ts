// A place where functions behind custom resources put their answers, as CloudFormation's would be.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** An answer to CloudFormation. */
export type Answer = { Status: string; Reason?: string; PhysicalResourceId: string; RequestId: string };

/** Starts one for the test. */
export async function cloudFormation(): Promise<{ answers: Answer[]; url: string }> {
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      answers.push(JSON.parse(body) as Answer);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer` };
}
