// A report in a page of the documentation: only what is between the marks changes, and its chart is beside the page.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDoc } from "../../../../scripts/lab/bench/doc.ts";

const page = (report: string) =>
  `# Page\n\n<!-- bench x -->\n\n${report}\n\n<!-- end of bench x -->\n\nThe end.\n`;

async function folderWith(text: string) {
  const folder = await mkdtemp(join(tmpdir(), "bench-doc-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "page.md"), text);
  return { folder, path: join(folder, "page.md") };
}

test("a report takes the place of the last one and leaves the rest of the page", async () => {
  const { path } = await folderWith(page("old | $& | report"));
  await (await openDoc(path, "x")).write({ rows: [], text: "new $1 report" });
  expect(await readFile(path, "utf8")).toBe(page("new $1 report"));
  await expect(openDoc(path, "y")).rejects.toThrow("takes the lines <!-- bench y -->");
});

test("a folder gives the page with the suite's marks, and ours beside a peer becomes a chart beside it", async () => {
  const { folder, path } = await folderWith(page("old"));
  await writeFile(join(folder, "another.md"), "nothing for it");
  const row = { name: "x/a/ours", unit: "CPU ms each", median: 2, ratioTo: { "<peer>": 0.5 }, ours: true };
  await (await openDoc(folder, "x")).write({ rows: [row], text: "new" });
  expect(await readFile(path, "utf8")).toBe(page("new\n\n![x: ours beside the others](page-x.svg)"));
  expect((await readdir(folder)).sort()).toEqual(["another.md", "page-x.svg", "page.md"]);
  const chart = await readFile(join(folder, "page-x.svg"), "utf8");
  expect(chart).toContain("a: &#60;peer&#62;");
  expect(chart).toContain("less is better");
});
