// Weighs the signs of automatic mail. One weak sign silences nobody: a person's mail may have any of them.
import type { SilentReason } from "./answers.ts";
import type { Judged, SignOf } from "./sign.ts";
import { type Sign, signs } from "./signs.ts";

/** This weight, by one strong sign or by several signs, tells automatic mail. */
const certain = 6;

/** This weight leaves a doubt: no answer, and a person looks. */
const doubtful = 3;

/** What the signs of a mail come to. `signs` are in order of weight. */
export type Judgement =
  | { sender: "person"; signs: Sign[] }
  | { sender: "machine"; signs: Sign[]; why: SilentReason }
  | { sender: "doubtful"; signs: Sign[] };

/** Weighs all signs of a mail. */
export function judge(judged: Judged): Judgement {
  const all: Readonly<Record<Sign, SignOf>> = signs;
  const found = (Object.keys(all) as Sign[]).filter((sign) => all[sign].shows(judged));
  const [first] = found;
  const weight = found.reduce((sum, sign) => sum + all[sign].weight, 0);
  if (first === undefined || weight < doubtful) return { sender: "person", signs: found };
  if (weight < certain) return { sender: "doubtful", signs: found };
  return { sender: "machine", signs: found, why: all[first].why };
}

/** The signs as a sentence for people. A sign of a later version is left unchanged. */
export function signsInWords(found: readonly string[]): string {
  const known: Readonly<Record<string, SignOf>> = signs;
  return found.map((sign) => known[sign]?.words ?? sign).join("; ");
}
