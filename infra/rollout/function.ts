// The Lambda function behind the custom resource: clients and the call to itself. No logic.
import { setTimeout as sleep } from "node:timers/promises";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type DeploymentRequest, onDeployment } from "./deployment.ts";

const client = new AutoScalingClient({});
const cloudFormation = new CloudFormationClient({});
const lambda = new LambdaClient({});

type Context = { functionName: string; getRemainingTimeInMillis: () => number };

export const handler = (request: DeploymentRequest, context: Context): Promise<void> =>
  onDeployment(request, {
    client,
    isRollback: async (StackName) => {
      const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
      return Stacks[0]?.StackStatus?.includes("ROLLBACK") ?? false;
    },
    callAgain: async (again) => {
      const Payload = JSON.stringify(again);
      await lambda.send(
        new InvokeCommand({ FunctionName: context.functionName, InvocationType: "Event", Payload }),
      );
    },
    remainingMs: () => context.getRemainingTimeInMillis(),
    now: Date.now,
    sleep: async (ms) => void (await sleep(ms)),
    log: (line) => console.log(JSON.stringify(line)),
  });
