// The code of a function: its bundle, with the licences of what is in it beside it.
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { type AssetCode, Code } from "aws-cdk-lib/aws-lambda";

const root = resolve(import.meta.dirname, "../..");
const script = resolve(root, "scripts/build/write-function.ts");

/**
 * Bundles a function at synthesis, without Docker. `NodejsFunction` takes no plugins of esbuild's.
 * @param entry the module with the handler, from the project's folder
 * @throws Error if the bundling fails; what esbuild says goes to standard error
 */
export function functionCode(entry: string): AssetCode {
  const tryBundle = (folder: string): boolean => {
    execFileSync(process.execPath, [script, entry, folder], { stdio: ["ignore", "inherit", "inherit"] });
    return true;
  };
  return Code.fromAsset(root, {
    assetHashType: AssetHashType.OUTPUT,
    // The image is never used. The command tells one function's asset from another's in CDK's cache.
    bundling: { image: DockerImage.fromRegistry("scratch"), command: [entry], local: { tryBundle } },
  });
}
