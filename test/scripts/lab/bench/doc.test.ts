// A report in a page of the documentation: only what is between the marks changes.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDoc } from "../../../../scripts/lab/bench/doc.ts";

test("a report takes the place of the last one and leaves the rest of the page", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-doc-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "page.md");
  const page = (report: string) =>
    `# Page\n\n<!-- bench x -->\n\n${report}\n\n<!-- end of bench x -->\n\nThe end.\n`;
  await writeFile(path, page("old | $& | report"));
  await (await openDoc(path, "x")).write("new $1 report");
  expect(await readFile(path, "utf8")).toBe(page("new $1 report"));
  await expect(openDoc(path, "y")).rejects.toThrow("takes the lines <!-- bench y -->");
});
