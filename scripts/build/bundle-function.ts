// The code of a Lambda function as it is deployed, for the runtime `nodejs24.x`.
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { sdkSchemas } from "./sdk-schemas.ts";

/**
 * Bundles a function and everything that it imports into one minified CommonJS file. The SDK is in it, in the tested version.
 * @param root the project's folder; the metafile's paths are from there
 * @param entry the function's source, from the project's folder
 * @param file file to write to
 * @returns what is in the bundle
 * @throws esbuild's BuildFailure for sources that cannot be bundled
 */
export async function bundleFunction(root: string, entry: string, file: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, entry)],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    // With `import` Node reads all exports of its own modules, those too that load more code when they are first read: all of undici
    // for `node:http`. With `require` a function starts with a fifth less CPU.
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    // Giving every function its name again (keepNames) takes a tenth of an import; errors say their names themselves.
    keepNames: false,
    alias: {
      "@aws-sdk/credential-provider-node": "./triggers/shared/lambda-credentials.ts",
      "@smithy/core/event-streams": "./triggers/shared/no-event-streams.ts",
    },
    plugins: [sdkSchemas],
    metafile: true,
    logLevel: "error",
  });
  return metafile;
}
