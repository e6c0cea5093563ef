// How the code of a function is bundled, and that the licences of what is in it are beside it.
import { resolve } from "node:path";
import { type BundlingOptions, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { functionBundle } from "../../triggers/catalog/bundling.ts";

const script = resolve(import.meta.dirname, "../../scripts/build/write-licences.ts");
const quoted = (text: string) => JSON.stringify(text);
const { format: _, mainFields, alias, ...form } = functionBundle;

/** One module with everything it imports, for the runtime `nodejs24.x`. */
export const functionBundling: BundlingOptions = {
  ...form,
  format: OutputFormat.CJS,
  mainFields: [...mainFields],
  esbuildArgs: { "--alias": Object.entries(alias).map(([module, file]) => `${module}=${file}`) },
  // Bundle the SDK in the tested version.
  externalModules: [],
  forceDockerBundling: false,
  // esbuild's own legal comments are those of a few files; the licences of most packages are in files beside their code.
  metafile: true,
  commandHooks: {
    beforeInstall: () => [],
    beforeBundling: () => [],
    afterBundling: (_, output) => [
      `${quoted(process.execPath)} ${quoted(script)} ${quoted(`${output}/index.meta.json`)} ${quoted(`${output}/LICENCES.txt`)}`,
    ],
  },
};
