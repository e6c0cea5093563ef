// One run of `npm run new-job`: the name is checked, then a job's files and its lines are written, and the next steps told.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  type CommandStreams,
  createCommand,
  exitCodes,
  readCommand,
  runCommand,
} from "../../worker/process/command.ts";
import { type JobName, readJobName, refuseTaken, testPath } from "./job-name.ts";
import { inCatalog, inHandlers } from "./register.ts";
import { handlerFile, jobFile, testFile } from "./templates.ts";

/** Where the command writes; `root` is the project's folder. */
export type NewJobEnvironment = CommandStreams & { env: NodeJS.ProcessEnv; root: string };

/** Runs the command. Resolves to the exit code: 0 written, 1 the name is taken, 2 bad arguments. */
export function runNewJob(args: readonly string[], environment: NewJobEnvironment): Promise<number> {
  const run = async () => {
    const { root, env, stdout } = environment;
    const command = createCommand("new-job", environment)
      .description(
        "Writes a new job kind: job.ts, handler.ts, its lines in catalog.ts and handlers.ts, and a first test.",
      )
      .argument("<domain/kind>", "the area and the kind, e.g. people/greet-person")
      .addHelpText(
        "after",
        "\nNothing is overwritten. Exit code: 0 written, 1 the name is taken, 2 bad arguments.",
      );
    const name = readJobName(readCommand(command, args, env).args[0] ?? "");
    refuseTaken(root, name);
    const files = filesOf(root, name);
    for (const [path, content] of files) write(join(root, path), content);
    format(
      root,
      files.map(([path]) => path),
    );
    stdout.write(told(name, files));
    return exitCodes.done;
  };
  return runCommand("new-job", run, environment);
}

type File = readonly [path: string, content: string];

/** All that is written. Both files that exist are read before anything is. */
function filesOf(root: string, name: JobName): readonly File[] {
  const { domain, kind } = name;
  const folder = `worker/jobs/${domain}/${kind}`;
  const source = (file: string) => readFileSync(join(root, "worker/jobs", file), "utf8");
  return [
    [`${folder}/job.ts`, jobFile(name)],
    [`${folder}/handler.ts`, handlerFile(name)],
    ["worker/jobs/catalog.ts", inCatalog(source("catalog.ts"), name)],
    ["worker/jobs/handlers.ts", inHandlers(source("handlers.ts"), name)],
    [testPath(name), testFile(name)],
  ];
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Breaks lines that long names made too long. Where Biome is not installed, `npm run format` does it later. */
function format(root: string, paths: readonly string[]): void {
  const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
  spawnSync(process.execPath, [biome, "check", "--write", ...paths], { cwd: root });
}

const told = (name: JobName, files: readonly File[]): string => `\
${files.map(([path]) => `wrote ${path}`).join("\n")}
Next: npm exec -- vitest run ${testPath(name)}
      npm run check
      npm run local, and in a second terminal:
      npm run enqueue -- ${name.kind} --payload '{"name":"Ann","number":1}' --wait
`;
