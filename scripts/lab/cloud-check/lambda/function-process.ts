// Runs a Lambda function as AWS does: its bundle from the assembly, its environment from the template, under the runtime
// interface client (npm package aws-lambda-ric), against a given endpoint.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as z from "zod";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import type { Assembly } from "../assembly/assembly.ts";
import { type Answer, startRuntimeApi } from "./runtime-api.ts";

/** The runtime interface client or a function's bundle was not found. */
export class NothingToRun extends FleetError {}

/** A function in the templates. */
export type FunctionBundle = {
  name: string;
  arn: string;
  folder: string;
  handler: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMegabytes: number;
};

const properties = z.object({
  Handler: z.string(),
  Timeout: z.number(),
  MemorySize: z.number(),
  /** A custom resource's function needs none. */
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).default({ Variables: {} }),
});

/** The functions bundled from our sources, without those that CDK adds itself. */
export function functionsOf({ folder, resources }: Assembly): FunctionBundle[] {
  return resources.flatMap((resource) => {
    const asset = resource.metadata["aws:asset:path"];
    const ours = resource.type === "AWS::Lambda::Function" && resource.metadata["aws:asset:is-bundled"];
    if (!ours || typeof asset !== "string") return [];
    const { Handler, Timeout, MemorySize, Environment } = properties.parse(resource.properties());
    return {
      name: resource.name,
      arn: resource.arn ?? "",
      folder: resolve(folder, asset),
      handler: Handler,
      environment: Environment.Variables,
      timeoutSeconds: Timeout,
      memoryMegabytes: MemorySize,
    };
  });
}

/** A running function. */
export type RunningFunction = {
  invoke: (event: unknown) => Promise<Answer>;
  /** Everything it has logged so far. */
  log: () => string;
  close: () => Promise<void>;
};

/** The interface client in a folder where `npm install aws-lambda-ric` was run. @throws NothingToRun */
export function interfaceClientIn(folder: string): string {
  const entry = resolve(folder, "node_modules/aws-lambda-ric/index.mjs");
  if (!existsSync(entry) || !existsSync(join(entry, "../rapid-client.node")))
    throw new NothingToRun(
      `${folder} contains no built aws-lambda-ric; run there: npm install aws-lambda-ric`,
    );
  return entry;
}

/**
 * Starts a function.
 * @param environment what AWS would add: region and credentials; here also the endpoint
 */
export async function startFunction(
  bundle: FunctionBundle,
  client: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningFunction> {
  const { arn: functionArn, timeoutSeconds, name, folder, handler, memoryMegabytes } = bundle;
  if (!existsSync(folder)) throw new NothingToRun(`${folder} is missing; run: npx cdk synth`);
  // As on AWS, no `package.json` above the code says what kind of modules it has.
  const root = await mkdtemp(join(tmpdir(), "fifo-fleet-function-"));
  await cp(folder, root, { recursive: true });
  const api = await startRuntimeApi({ functionArn, timeoutSeconds, now: Date.now });
  const child = spawn(process.execPath, [client, handler], {
    cwd: root,
    env: {
      ...bundle.environment,
      ...environment,
      AWS_LAMBDA_RUNTIME_API: api.address,
      LAMBDA_TASK_ROOT: root,
      _HANDLER: handler,
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: "local",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let lines = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      lines += chunk.toString();
    });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.once("exit", (code, signal) =>
    api.fail(`the runtime exited with ${signal ?? code}: ${lines.slice(-500)}`),
  );
  return {
    invoke: api.invoke,
    log: () => lines,
    close: async () => {
      child.kill("SIGKILL");
      await gone;
      await Promise.all([api.close(), rm(root, { recursive: true })]);
    },
  };
}
