// Finds DynamoDB on this machine: in packages, on the PATH or by a setting. Starts nothing.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FleetError } from "../../../worker/fleet/errors.ts";

/** A program to start, or an endpoint that already runs. */
export type DynamoDbSource = { kind: "program"; path: string } | { kind: "endpoint"; url: string };

/** What the search looks at. All of it is an argument, so that a test can imitate any machine. */
export type DynamoDbSearch = {
  environment: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform` and `process.arch`; the npm package is `@dynoxide/<platform>-<arch>`. */
  platform: string;
  arch: string;
};

/** There is no DynamoDB on this machine: no package, no program and no endpoint. */
export class NoDynamoDb extends FleetError {
  constructor(packageName: string) {
    super(
      `no DynamoDB for local mode: install the npm package ${packageName}, ` +
        "or put a `dynoxide` program on the PATH (Homebrew or `npm i -g dynoxide` give one), " +
        "or set AWS_ENDPOINT_URL_DYNAMODB to an endpoint that is already running",
    );
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function inPackage(packageName: string): string | undefined {
  try {
    const folder = dirname(fileURLToPath(import.meta.resolve(`${packageName}/package.json`)));
    const path = join(folder, "dynoxide");
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function onPath(path: string | undefined): string | undefined {
  return (path ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "dynoxide"))
    .find(isProgram);
}

/**
 * Finds DynamoDB: the npm package of this platform, else `dynoxide` on the PATH, else the endpoint in
 * AWS_ENDPOINT_URL_DYNAMODB.
 * @throws NoDynamoDb naming the three choices
 */
export function findDynamoDb({ environment, platform, arch }: DynamoDbSearch): DynamoDbSource {
  const packageName = `@dynoxide/${platform}-${arch}`;
  const path = inPackage(packageName) ?? onPath(environment.PATH);
  if (path !== undefined) return { kind: "program", path };
  const url = environment.AWS_ENDPOINT_URL_DYNAMODB;
  if (url !== undefined && url !== "") return { kind: "endpoint", url };
  throw new NoDynamoDb(packageName);
}
