// `npm run lab -- base-image`: compares the digest of the base image in our Dockerfiles with what the registry has under its tag
// today, and writes the new one if asked. The tag moves when Debian's packages in it are renewed.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createCommand, exitCodes, readCommand, runCommand } from "../../../worker/process/command.ts";
import { digestOf, NoDigest, parseName } from "./registry.ts";

const root = resolve(import.meta.dirname, "../../..");

/** The files that name the base image. */
export const dockerfiles = ["Dockerfile", "scripts/local/Dockerfile"];

/** The base image that a Dockerfile names. @throws NoDigest where there is none */
export function baseIn(text: string): string {
  const [, name] = /^ARG NODE_IMAGE=(\S+)$/m.exec(text) ?? [];
  if (name === undefined) throw new NoDigest("the Dockerfile names no NODE_IMAGE");
  return name;
}

/** Runs the command. Resolves to the exit code: with --check 1 where the registry has another image, or a file no digest. */
export const command = (args: string[]): Promise<number> =>
  runCommand("base-image", async () => {
    const chosen = createCommand("base-image")
      .description("Reads the base image's digest from its registry.")
      .option("--write", "put it into the Dockerfiles")
      .option("--check", "only look whether every Dockerfile names a digest; needs no network")
      .option("--registry <url>", "ask this address instead of the registry in the name");
    readCommand(chosen, args);
    const { write, check, registry } = chosen.opts<{ write?: true; check?: true; registry?: string }>();
    const files = dockerfiles.map((file) => ({ file, text: readFileSync(resolve(root, file), "utf8") }));
    const named = files.map(({ file, text }) => ({ file, text, ...parseName(baseIn(text)) }));
    const floating = named.filter(({ digest }) => digest === undefined);
    if (check) {
      for (const { file } of floating)
        console.error(`base-image: ${file} names no digest; run base-image --write`);
      return floating.length === 0 ? exitCodes.done : exitCodes.failed;
    }
    for (const { file, text, ...image } of named) {
      const digest = await digestOf(image, registry);
      const same = digest === image.digest;
      console.log(
        `${file}: ${image.tag} is ${digest}${same ? ", as pinned" : `, pinned is ${image.digest ?? "none"}`}`,
      );
      const renewed = `${image.registry}/${image.repository}:${image.tag}@${digest}`;
      if (write && !same) writeFileSync(resolve(root, file), text.replace(baseIn(text), renewed));
    }
    return exitCodes.done;
  });
