// README and docs are true to the letter: links, commands, options, paths and variables exist, and pages stay short.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import {
  allPages,
  anchorsOf,
  brokenLinks,
  codeOf,
  missingPaths,
  type NpmRun,
  npmRunsOf,
  openingOf,
  type Page,
  variablesOf,
  wordsOf,
} from "./support/documents.ts";
import { sources } from "./support/imports.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = allPages();
const guide = pages.filter(({ path }) => path !== "CHANGELOG.md");
const topics = guide.filter(({ path }) => path.startsWith("docs/"));
const page = (text: string): Page => ({ path: "README.md", text });
const each = <Found>(list: readonly Page[], find: (page: Page) => readonly Found[]) =>
  list.flatMap((from) => find(from).map((found) => ({ page: from.path, found })));

describe("pages", () => {
  test("the README has at most 1,500 words", () => {
    expect(guide.filter(({ path }) => path === "README.md").map(wordsOf)[0]).toBeLessThanOrEqual(1500);
  });

  test("every page of docs has fewer than 1,200 words", () => {
    expect(topics.filter((topic) => wordsOf(topic) >= 1200).map(({ path }) => path)).toEqual([]);
  });

  test("every page of docs opens with what the reader can do after it", () => {
    expect(topics.length).toBeGreaterThan(15);
    expect(topics.map(openingOf).filter((opening) => !/^After this page you can /.test(opening))).toEqual([]);
  });

  test("every page of docs is in the index", () => {
    const index = read("docs/README.md");
    const absent = topics.filter(({ path }) => !index.includes(`](${path.slice("docs/".length)})`));
    expect(absent.map(({ path }) => path)).toEqual(["docs/README.md"]);
  });
});

describe("links", () => {
  test("every internal link leads to a file and a heading", () => {
    expect(each(pages, (from) => brokenLinks(from, pages))).toEqual([]);
  });

  test("a wrong file, a wrong heading and a wrong picture are found", () => {
    const bad = page(
      '[a](docs/none.md) [b](#none) [c](LICENSE) [d](#here)\n\n## Here\n\n<img src="none.png">',
    );
    expect(brokenLinks(bad, [bad])).toEqual(["docs/none.md", "#none", "none.png"]);
    expect(anchorsOf(page("## What's *new*, in 2?\n"))).toEqual(["whats-new-in-2"]);
  });

  test("every path of the project that is named exists", () => {
    expect(each(guide, missingPaths)).toEqual([]);
    expect(missingPaths(page("`worker/none.ts` `worker/<kind>/x.ts` `test/docs.test.ts`"))).toEqual([
      "worker/none.ts",
    ]);
  });
});

describe("commands", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const helps = new Map<string, Promise<string>>();
  const run = promisify(execFile);
  /** Options of node and docker that pages name. */
  const ofOtherPrograms = ["--max-semi-space-size", "--import", "--stop-timeout"];

  /** What `npm run SCRIPT -- PATH --help` prints; rejects when the command ends with an error. */
  function helpOf(script: string, path: readonly string[]): Promise<string> {
    const [, ...command] = (scripts[script] ?? "").replace(/^exec (env( \w+=\S+)+ )?/, "").split(" ");
    const key = [script, ...path].join(" ");
    const help =
      helps.get(key) ??
      run(process.execPath, [...command, ...path, "--help"], { cwd: root }).then(({ stdout }) => stdout);
    helps.set(key, help);
    return help;
  }

  /** The commands that a help lists; undefined where it lists none. */
  function commandsIn(help: string): string[] | undefined {
    const [, list] = help.split(/^(?:Commands:|usage: npm run lab .*)$/m);
    return list === undefined
      ? undefined
      : [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name = ""]) => name);
  }

  /** What is wrong with a command; nothing for one that exists with these options. */
  async function problemsOf({ script, args }: NpmRun): Promise<string[]> {
    const shown = ["npm run", script, ...args].join(" ");
    if (scripts[script] === undefined) return [`${shown}: there is no script ${script}`];
    if (args.length === 0) return [];
    if (args[0] !== "--") return [`${shown}: npm passes on only what follows --`];
    const words = args.slice(1);
    const path: string[] = [];
    let help = await helpOf(script, path);
    for (const word of words) {
      const commands = commandsIn(help);
      if (commands === undefined || word.startsWith("-")) break;
      if (!commands.includes(word)) return [`${shown}: there is no command ${word}`];
      path.push(word);
      help = await helpOf(script, path);
    }
    return words
      .filter((word) => word.startsWith("--") && !hasOption(help, word))
      .map((word) => `${shown}: there is no option ${word}`);
  }

  const hasOption = (help: string, option: string) => new RegExp(`${option}(?![\\w-])`).test(help);

  test("every npm run exists, with the options it is shown with", { timeout: 600_000 }, async () => {
    const runs = guide.flatMap(npmRunsOf);
    expect(runs.length).toBeGreaterThan(50);
    const problems: string[] = [];
    const left = [...runs];
    const ask = async () => {
      for (let shown = left.pop(); shown !== undefined; shown = left.pop())
        problems.push(...(await problemsOf(shown)));
    };
    await Promise.all([ask(), ask()]);
    expect([...new Set(problems)]).toEqual([]);
    const known = `${(await Promise.all(helps.values())).join()} ${ofOtherPrograms.join(" ")}`;
    const options = each(guide, (from) => codeOf(from).flatMap((code) => /^--[a-z][\w-]*/.exec(code) ?? []));
    expect(options.filter(({ found }) => !hasOption(known, found))).toEqual([]);
  });

  test("a missing script, command, option and separator are found", { timeout: 60_000 }, async () => {
    const bad = "`npm run none` `npm run submit x --wait` `npm run queues -- none` `npm run local -- --none`";
    const problems = await Promise.all(npmRunsOf(page(bad)).map(problemsOf));
    expect(problems.flat().map((text) => text.split(": ")[1])).toEqual([
      "there is no script none",
      "npm passes on only what follows --",
      "there is no command none",
      "there is no option --none",
    ]);
  });
});

describe("environment variables", () => {
  const files = ["worker", "triggers", "scripts", "infra"].flatMap(sources);
  const code = files.map(read).join("\n");
  /** Read by other programs, or by a test. */
  const elsewhere = [
    "MOTO_ACCOUNT_ID",
    "VALIDATE_LAMBDA_S3",
    "FLEET_TEST_MAILS",
    "FLEET_TEST_OUTAGE_MINUTES",
  ];
  const isRead = (name: string) => new RegExp(`\\b${name}\\b`).test(code) || elsewhere.includes(name);

  test("every variable that is named is read somewhere", () => {
    expect(each(guide, (from) => variablesOf(from).filter((name) => !isRead(name)))).toEqual([]);
    expect(variablesOf(page("`FLEET_NONE=4 npm run local`")).filter(isRead)).toEqual([]);
  });

  test("every variable of the fleet that the code reads is in docs/settings.md", () => {
    const named = new Set(code.match(/\bFLEET_[A-Z_]*[A-Z]\b/g));
    const documented = codeOf({ path: "docs/settings.md", text: read("docs/settings.md") }).join(" ");
    expect(named.size).toBeGreaterThan(25);
    expect([...named].filter((name) => !new RegExp(`\\b${name}\\b`).test(documented))).toEqual([]);
  });
});
