// How the code of a function is bundled.
import { type BundlingOptions, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

/** One module with everything it imports, for the runtime `nodejs24.x`. */
export const functionBundling: BundlingOptions = {
  format: OutputFormat.ESM,
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  // Logs and Lambda identify errors by the name of their class.
  keepNames: true,
  // Bundle the SDK in the tested version.
  externalModules: [],
  forceDockerBundling: false,
};
