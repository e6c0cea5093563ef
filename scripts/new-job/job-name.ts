// The name of a new job kind: checked against its form, and against what is there already.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetError, InvalidSettings } from "../../worker/fleet/errors.ts";

/** A job kind's area and name, and the identifiers made of it. */
export type JobName = {
  domain: string;
  kind: string;
  /** E.g. `greetPerson`, for the kind `greet-person`. */
  identifier: string;
};

/** The name is taken. The message says by what. */
export class NameTaken extends FleetError {}

/** A queue's name has at most 80 characters, of which the fleet's name takes up to 32, and `-dead.fifo` with its hyphen 11. */
export const longestKind = 37;

/** Folders of `worker/jobs` that are no area of kinds. */
const notDomains = ["sandbox", "outbox", "shared"];

/** Reads DOMAIN/KIND. @throws InvalidSettings for a name of another form */
export function readJobName(text: string): JobName {
  const [domain = "", kind = "", ...more] = text.split("/");
  const problems = [
    ...(more.length === 0 && text.includes("/") ? [] : ["takes DOMAIN/KIND, e.g. people/greet-person"]),
    ...(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(domain) && domain.length <= 32
      ? []
      : [`domain: ${JSON.stringify(domain)} must have 1 to 32 lower-case letters, digits and inner hyphens`]),
    ...(notDomains.includes(domain)
      ? [`domain: ${domain} is a folder of the engine's parts, not an area`]
      : []),
    ...(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(kind) && kind.length <= longestKind
      ? []
      : [
          `kind: ${JSON.stringify(kind)} must be a verb and a noun in lower case with hyphens, at most ${longestKind} characters`,
        ]),
  ];
  // Without a slash, what is wrong with the parts says nothing.
  if (problems.length > 0) throw new InvalidSettings(problems.slice(0, text.includes("/") ? undefined : 1));
  return {
    domain,
    kind,
    identifier: kind.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  };
}

/** @throws NameTaken where a kind, a folder, an identifier or a word of the engine has the name already */
export function refuseTaken(root: string, name: JobName): void {
  const { kind, identifier } = name;
  const jobs = join(root, "worker/jobs");
  const [folder] = globSync(`*/${kind}`, { cwd: jobs });
  if (folder !== undefined) throw new NameTaken(`kind: there is ${kind} already, in worker/jobs/${folder}`);
  for (const file of ["catalog.ts", "handlers.ts"]) {
    const source = readFileSync(join(jobs, file), "utf8");
    if (new RegExp(`\\b(${identifier}|${identifier}Handler)\\b|"${kind}"`).test(source))
      throw new NameTaken(`kind: worker/jobs/${file} has the name ${identifier} already`);
  }
  const engine = join(root, "worker/engine");
  const word = new RegExp(`(?<![a-z])${kind}(?![a-z])`, "i");
  const user = globSync("**/*.ts", { cwd: engine }).find((file) =>
    word.test(readFileSync(join(engine, file), "utf8")),
  );
  if (user !== undefined)
    throw new NameTaken(`kind: ${kind} is a word of the engine (worker/engine/${user}), which names no kind`);
  if (existsSync(join(root, testPath(name))))
    throw new NameTaken(`kind: there is a test ${testPath(name)} already`);
}

/** The first test of a kind. */
export const testPath = ({ domain, kind }: Pick<JobName, "domain" | "kind">): string =>
  `test/worker/jobs/${domain}/${kind}.test.ts`;
