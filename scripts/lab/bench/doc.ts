// Writes a suite's report into a page of the documentation, between two marks, so that the page says what was measured.
import { readFile, writeFile } from "node:fs/promises";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";

/** A page that takes the report of a suite. */
export type Doc = {
  /** Puts the report between the marks, in the place of the last one. */
  write: (report: string) => Promise<void>;
};

/**
 * Opens a page before anything is measured.
 * @throws InvalidSettings when the file cannot be read or does not have the suite's marks
 */
export async function openDoc(path: string, suite: string): Promise<Doc> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new InvalidSettings([`--doc: ${path} cannot be read (${error.code})`]);
  });
  const [begin, end] = [`<!-- bench ${suite} -->`, `<!-- end of bench ${suite} -->`];
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before)
    throw new InvalidSettings([`--doc: ${path} takes the lines ${begin} and ${end}, in this order`]);
  return {
    write: (report) =>
      writeFile(path, `${text.slice(0, before + begin.length)}\n\n${report}\n\n${text.slice(after)}`),
  };
}
