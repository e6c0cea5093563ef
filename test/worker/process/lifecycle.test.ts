// Completing the terminate hook: what is sent, and which refusal counts as done.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { expect, onTestFinished, test } from "vitest";
import { startGateway } from "../../../scripts/local/gateway/gateway.ts";
import type { ServiceResponse } from "../../../scripts/local/gateway/service.ts";
import { completeLifecycle } from "../../../worker/process/lifecycle.ts";

const hook = { group: "fleet", hook: "drain", instanceId: "i-0123456789abcdef0" };

async function setup(answer: ServiceResponse) {
  const bodies: Record<string, string>[] = [];
  const gateway = await startGateway({
    port: 0,
    services: [
      {
        name: "autoscaling",
        actionOf: () => "CompleteLifecycleAction",
        handle: async ({ body }) => {
          bodies.push(Object.fromEntries(new URLSearchParams(body.toString())));
          return answer;
        },
        errorResponse: (_, { status }) => ({ status }),
      },
    ],
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new AutoScalingClient({
    endpoint: gateway.url,
    region: "eu-west-1",
    credentials,
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await gateway.close();
  });
  return { client, bodies };
}

const error = (code: string): ServiceResponse => ({
  status: 400,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`,
});

test("the hook of the instance is completed with CONTINUE", async () => {
  const { client, bodies } = await setup({
    status: 200,
    headers: { "content-type": "text/xml" },
    body: "<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>",
  });
  await completeLifecycle(client, hook);
  expect(bodies).toEqual([
    expect.objectContaining({
      Action: "CompleteLifecycleAction",
      AutoScalingGroupName: "fleet",
      LifecycleHookName: "drain",
      InstanceId: "i-0123456789abcdef0",
      LifecycleActionResult: "CONTINUE",
    }),
  ]);
});

test("an action that no longer exists counts as completed", async () => {
  const { client } = await setup(error("ValidationError"));
  await completeLifecycle(client, hook);
});

test("any other refusal is an error", async () => {
  const { client } = await setup(error("AccessDenied"));
  await expect(completeLifecycle(client, hook)).rejects.toThrow();
});
