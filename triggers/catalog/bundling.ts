// How a function's code is bundled, as data: infra deploys it, the bench and the tests make the same. Paths are from the project's folder.

/** esbuild's options for the runtime `nodejs24.x`: one minified CommonJS module with everything that it imports. */
export const functionBundle = {
  // With `import` Node reads all exports of its own modules, those too that load more code when they are first read: all of undici
  // for `node:http`. With `require` a function starts with a fifth less CPU.
  format: "cjs",
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  // Giving every function its name again (keepNames) takes a tenth of an import; errors say their names themselves.
  keepNames: false,
  alias: {
    "@aws-sdk/credential-provider-node": "./triggers/shared/lambda-credentials.ts",
    "@smithy/core/event-streams": "./triggers/shared/no-event-streams.ts",
  },
} as const;
