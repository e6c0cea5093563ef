// What a process of the proof is, by its command line.

const names: readonly [RegExp, string][] = [
  [/--type=renderer/, "browser: tab"],
  [/--type=gpu-process/, "browser: drawing"],
  [/--type=utility.*network/, "browser: network"],
  [/--type=utility/, "browser: utility"],
  [/--type=zygote/, "browser: zygote"],
  [/chromium|chrome/, "browser"],
  [/dynoxide/, "database"],
  [/scripts\/local\.ts/, "local cloud and pages"],
  [/worker\/main\.ts/, "worker"],
  [/sandbox/, "sandbox"],
  [/scripts\/lab\.ts|vitest/, "this proof"],
  [/esbuild/, "bundler of the pages"],
];

/** The name. */
export const processName = (command: string): string =>
  names.find(([pattern]) => pattern.test(command))?.[1] ?? (command.split(" ")[0] || "other");
