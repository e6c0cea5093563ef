// How the code of a function is bundled, and that the licences of what is in it are beside it.
import { resolve } from "node:path";
import { type BundlingOptions, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

const script = resolve(import.meta.dirname, "../../scripts/build/write-licences.ts");
const quoted = (text: string) => JSON.stringify(text);

/** One module with everything it imports, for the runtime `nodejs24.x`. */
export const functionBundling: BundlingOptions = {
  // With `import` Node reads all exports of its own modules, those too that load more code when they are first read: all of undici
  // for `node:http`. With `require` a function starts with a fifth less CPU.
  format: OutputFormat.CJS,
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  // Logs and Lambda identify errors by the name of their class.
  keepNames: true,
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
