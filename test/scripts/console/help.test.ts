// Help inside the console: every page of docs is shown, its links lead to pages and headings that are there, and its words are escaped.
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { glossary } from "../../../scripts/console/help/glossary.ts";
import { addressOf } from "../../../scripts/console/help/inline.ts";
import { markdownPage } from "../../../scripts/console/help/markdown.ts";
import { helpRoutes } from "../../../scripts/console/help/routes.ts";

const routes = helpRoutes({ fleet: "f", where: "AWS", readOnly: false, pages: [] });
const docs = resolve(import.meta.dirname, "../../../docs");
const namesIn = (folder: string) =>
  readdirSync(join(docs, folder)).filter((name) => name.endsWith(".md") && name !== "README.md");
const paths = [
  ...namesIn(".").map((name) => `/help/${name}`),
  ...namesIn("runbooks").map((name) => `/help/runbooks/${name}`),
].map((path) => path.slice(0, -".md".length));
const pages = new Map<string, string>();
for (const path of ["/help", ...paths]) {
  const answer = await routes.request(path);
  pages.set(path, answer.status === 200 ? await answer.text() : `status ${answer.status}`);
}

test("every page of docs and every runbook is shown, with one heading and no mark-up left over", () => {
  expect(pages.size).toBeGreaterThan(60);
  for (const [path, text] of pages) {
    expect([path, text.match(/<h1>/g)?.length]).toEqual([path, 1]);
    const prose = text.replace(/<(pre|code)[^>]*>.*?<\/\1>/gs, "");
    expect([path, /\]\(|^#{1,3} |\*\*/m.exec(prose)?.[0]]).toEqual([path, undefined]);
  }
});

test("every link within the help leads to a page that is there, and to a heading that it has", () => {
  const wrong = [...pages].flatMap(([path, text]) =>
    [...text.matchAll(/href="((?:\/help|#)[^"]*)"/g)].flatMap(([, href = ""]) => {
      const [to = "", hash] = href.startsWith("#") ? [path, href.slice(1)] : href.split("#");
      const target = pages.get(to);
      if (
        href === "#main" ||
        (target !== undefined && (hash === undefined || target.includes(`id="${hash}"`)))
      )
        return [];
      return [`${path}: ${href}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test("what is no page of the help is not there, and nothing outside docs can be named", async () => {
  for (const path of ["/help/none", "/help/runbooks/none", "/help/..%2fpackage", "/help/README"])
    expect([path, (await routes.request(path)).status]).toEqual([path, 404]);
  expect(addressOf("../LICENSE", "")).toBeUndefined();
  expect(addressOf("../scaling.md#signals", "runbooks/")).toBe("/help/scaling#signals");
});

test("text is escaped, and lists, tables and code keep what is in them", () => {
  const source =
    "# T\n\nA <b>\n\n1. one\n   more\n2. two\n\n| a | b |\n|---|---|\n| `x|y` | z |\n\n```\n# no heading\n```\n";
  const { title, body } = markdownPage(source, "");
  expect(title).toBe("T");
  const text = String(body).replace(/\s+/g, " ");
  for (const shown of ["A &lt;b&gt;", "<li>one more</li><li>two</li>", "# no heading</pre>"])
    expect(text).toContain(shown);
});

test("every word of the glossary is on the help page, in a sentence of its own", () => {
  for (const [id, [word, meaning]] of Object.entries(glossary)) {
    expect(pages.get("/help")).toContain(`<dt id="${id}">${word}</dt>`);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
});
