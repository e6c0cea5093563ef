// Writes reports into pages of the documentation: each between the marks of its suite, with its chart beside the page.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { ratioChart } from "./chart.ts";
import type { SuiteReport } from "./suite.ts";

/** A page that takes the report of one suite. */
export type Doc = {
  /** Puts the report and its chart in the place of the last ones. */
  write: (report: SuiteReport) => Promise<void>;
};

const marksOf = (suite: string) => [`<!-- bench ${suite} -->`, `<!-- end of bench ${suite} -->`] as const;

/** Where the report of a suite is in a text; undefined where it has no place. */
function placeIn(text: string, suite: string): { from: number; to: number } | undefined {
  const [begin, end] = marksOf(suite);
  const [before, to] = [text.indexOf(begin), text.indexOf(end)];
  return before < 0 || to < before ? undefined : { from: before + begin.length, to };
}

/**
 * Opens a page before anything is measured.
 * @param path the page, or a folder with it
 * @throws InvalidSettings when it cannot be read or does not have the suite's marks
 */
export async function openDoc(path: string, suite: string): Promise<Doc> {
  const page = await pageAt(path, suite);
  return {
    write: async (report) => {
      const text = await readFile(page, "utf8");
      const place = placeIn(text, suite);
      if (place === undefined) throw new Error(`${page} has lost the marks of ${suite}`);
      const chart = ratioChart(report.rows);
      const picture =
        chart === undefined ? "" : `\n\n![${suite}: ours beside the others](${chartName(page, suite)})`;
      if (chart !== undefined) await writeFile(join(dirname(page), chartName(page, suite)), chart);
      await writeFile(
        page,
        `${text.slice(0, place.from)}\n\n${report.text}${picture}\n\n${text.slice(place.to)}`,
      );
    },
  };
}

const chartName = (page: string, suite: string) => `${basename(page, ".md")}-${suite}.svg`;

async function pageAt(path: string, suite: string): Promise<string> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTDIR") return undefined;
    throw new InvalidSettings([`--doc: ${path} cannot be read (${error.code})`]);
  });
  const pages = names?.filter((name) => name.endsWith(".md")).map((name) => join(path, name)) ?? [path];
  for (const page of pages) if (placeIn(await readFile(page, "utf8"), suite) !== undefined) return page;
  const [begin, end] = marksOf(suite);
  throw new InvalidSettings([`--doc: ${path} takes the lines ${begin} and ${end}, in this order`]);
}
