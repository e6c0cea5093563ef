// The file of licences beside what we ship: every package with its licence and the full text of it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { explained, LicenceRefused, refuseOthers } from "./allowed.ts";
import type { ShippedPackage } from "./shipped-packages.ts";

/** The name of the file. */
export const licenceFile = "LICENCES.txt";

const standard = (id: string) => readFile(join(import.meta.dirname, "texts", `${id}.txt`), "utf8");

/** Licences whose text is the same for everybody but for the copyright line. */
const standardTexts = ["Apache-2.0", "MIT"];

const line = "=".repeat(80);

/**
 * The content of the file. A text that several packages share is there once.
 * @throws LicenceRefused for a package that may not be shipped, or without a text
 */
export async function licencesOf(packages: readonly ShippedPackage[]): Promise<string> {
  refuseOthers(packages);
  const parts = [
    `What follows is shipped with FIFO Fleet (MIT, see LICENSE of the project): ${packages.length} packages.`,
  ];
  const firstWith = new Map<string, string>();
  for (const shipped of packages) {
    const own = `${shipped.name}@${shipped.version}`;
    const texts = (await textsOf(shipped)).map((text) => {
      const first = firstWith.get(text);
      if (first === undefined) firstWith.set(text, own);
      return first === undefined ? text : `(the text that ${first} has above)`;
    });
    parts.push([`${own}\n${termsOf(shipped)}`, ...texts].join("\n\n"));
  }
  return `${parts.join(`\n\n${line}\n`)}\n`;
}

const termsOf = ({ name, licence }: ShippedPackage) =>
  explained[name] ? `${licence}: ${explained[name].because}` : licence;

async function textsOf(shipped: ShippedPackage): Promise<string[]> {
  const own = Object.values(shipped.texts);
  const added = await Promise.all((explained[shipped.name]?.texts ?? []).map(standard));
  const all = own.length + added.length > 0 ? [...own, ...added] : [await textWithout(shipped)];
  return all.map((text) => text.trim());
}

/** The text of a package that carries none. */
async function textWithout({ name, licence, author }: ShippedPackage): Promise<string> {
  const id = standardTexts.find((known) => licence.includes(known));
  if (id === undefined) throw new LicenceRefused(`${name} (${licence}) carries no text of its licence`);
  return `Copyright (c) ${author ?? `the authors of ${name}`}\n\n${await standard(id)}`;
}
