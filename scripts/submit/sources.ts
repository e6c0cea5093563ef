// The sources in the files a person names: pictures with their keys, mails one by one, a text.
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { findInputs, type Input } from "./inputs.ts";
import { mailsIn, type Quoting } from "./mail/mailbox.ts";
import { kindOfFile } from "./mail/recognise.ts";
import { objectKeys } from "./object-keys.ts";
import { isPicture } from "./picture-file.ts";
import type { Source } from "./source.ts";

/** The files and the text a person named. */
export type Named = {
  paths: readonly string[];
  text: string | undefined;
  album: string;
  mboxQuoting: Quoting;
  /** The person who gets files that are neither pictures nor mails. */
  owner: string;
};

/**
 * All sources in the order named, the text first, and how many files that systems leave in folders were left out. Of a mailbox,
 * only the places of its mails are read.
 * @throws InvalidSettings naming every argument that cannot be used
 */
export async function findSources({
  paths,
  text,
  album,
  mboxQuoting,
  owner,
}: Named): Promise<{ sources: Source[]; junk: number }> {
  const { inputs, junk } = await findInputs(paths);
  const keys = objectKeys(album, inputs);
  const sources: Source[] = text === undefined ? [] : [{ from: "text", text }];
  const problems: string[] = [];
  for (const [index, input] of inputs.entries()) {
    const found = await sourcesIn(input, keys[index] ?? "", { mboxQuoting, owner });
    if (found.length === 0) problems.push(`${input.path} contains no mail`);
    // Not spread: a mailbox may contain more mails than a call can have arguments.
    for (const source of found) sources.push(source);
  }
  if (problems.length > 0) throw new InvalidSettings(problems);
  if (sources.length === 0) throw new InvalidSettings(["nothing to submit: name files or directories"]);
  return { sources, junk };
}

async function sourcesIn(
  { path }: Input,
  key: string,
  { mboxQuoting: quoting, owner }: Pick<Named, "mboxQuoting" | "owner">,
): Promise<Source[]> {
  const kind = await kindOfFile(path);
  if (kind === "other")
    return (await isPicture(path)) ? [{ from: "file", path, key }] : [{ from: "other-file", path, owner }];
  if (kind === "mail") return [{ from: "mail", path }];
  const mails: Source[] = [];
  for await (const range of mailsIn(path))
    mails.push({ from: "mail", path, number: mails.length + 1, range, quoting });
  return mails;
}
