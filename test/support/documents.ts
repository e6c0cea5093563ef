// Reads README and docs the way a reader does: links, headings, commands, code, words. Knows nothing of the project's code.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** One Markdown file; `path` is relative to the project. */
export type Page = { path: string; text: string };

/** README, changelog and every page under docs/. */
export function allPages(): Page[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name));
  return ["README.md", "CHANGELOG.md", ...docs].map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  }));
}

/** Words as `wc -w` counts them. */
export const wordsOf = ({ text }: Page): number => text.split(/\s+/).filter(Boolean).length;

/** The first sentence after the title. */
export const openingOf = ({ text }: Page): string => /^# .+\n\n(.+)/.exec(text)?.[1] ?? "";

/** What stands in backticks or in code blocks, one entry for each line of code. */
export function codeOf({ text }: Page): string[] {
  const blocks = [...text.matchAll(/^[ \t]*```.*\n([\s\S]*?)^[ \t]*```/gm)].flatMap(([, code = ""]) =>
    code.split("\n"),
  );
  const prose = text.replace(/^[ \t]*```.*\n[\s\S]*?^[ \t]*```/gm, "");
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.replace(/\s+/g, " "));
  return [...blocks, ...spans];
}

/** The anchors that GitHub gives a page's headings. */
export function anchorsOf({ text }: Page): string[] {
  const prose = text.replace(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, "");
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Links and images of a page that lead nowhere: to no file of the project, or to no heading of a page. */
export function brokenLinks(page: Page, pages: readonly Page[]): string[] {
  const prose = page.text.replace(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(
    ([, link, image]) => link ?? image ?? "",
  );
  return targets.filter((target) => !/^(https?|mailto):/.test(target) && leadsNowhere(target, page, pages));
}

function leadsNowhere(target: string, page: Page, pages: readonly Page[]): boolean {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? page.path : relative(root, resolve(root, dirname(page.path), file));
  if (path.startsWith("..") || !existsSync(join(root, path))) return true;
  if (anchor === undefined) return false;
  const found = pages.find((other) => other.path === path);
  return found === undefined || !anchorsOf(found).includes(anchor);
}

/** Paths of the project that a page names in code and that do not exist. */
export function missingPaths(page: Page): string[] {
  const named = codeOf(page).flatMap((code) =>
    [
      ...code.matchAll(
        /(?<![\w./<>-])(?:worker|triggers|infra|scripts|test|docs|\.github)\/[^\s"'`,;:()|]+/g,
      ),
    ].map(([path]) => path.replace(/\.$/, "")),
  );
  return named.filter((path) => !/[<>*{}…$]/.test(path) && !existsSync(join(root, path)));
}

/** One `npm run` of a page. */
export type NpmRun = { script: string; args: string[] };

/** Every `npm run` of a page; what follows a comment sign, a pipe or a further command is not part of it. */
export function npmRunsOf(page: Page): NpmRun[] {
  return codeOf(page).flatMap((code) =>
    [...code.matchAll(/npm run ([\w:-]+)([^#|&>]*)/g)].map(([, script = "", rest = ""]) => ({
      script,
      args: rest.trim().split(/\s+/).filter(Boolean),
    })),
  );
}

/** Names of environment variables that a page shows: capitals with an underscore. */
export function variablesOf(page: Page): string[] {
  const names = codeOf(page).flatMap(
    (code) => code.match(/(?<![\w-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])/g) ?? [],
  );
  return [...new Set(names)];
}
