// Decides who may become a reader of a file, and says why someone may not.
import type { PersonRow } from "../../../worker/jobs/files/rows/person-row.ts";

/** Why a person does not get a file. */
export const refusalReasons = ["blocked", "unknown", "yourself"] as const;

/** A person who does not get the file. */
export type RefusedReader = { id: string; name: string; why: (typeof refusalReasons)[number] };

/** Whether an address or its domain is on the list. All in lower case. */
export function isBlocked(address: string, blocked: readonly string[]): boolean {
  const domain = address.slice(address.lastIndexOf("@"));
  return blocked.some((entry) => (entry.startsWith("@") ? entry === domain : entry === address));
}

/** Divides the people who were asked for into readers and refused ones. */
export function decideReaders(
  asked: readonly string[],
  known: ReadonlyMap<string, PersonRow>,
  { owner, blocked }: { owner: string; blocked: readonly string[] },
): { readers: PersonRow[]; refused: RefusedReader[] } {
  const readers: PersonRow[] = [];
  const refused: RefusedReader[] = [];
  for (const id of new Set(asked)) {
    const person = known.get(id);
    if (id === owner) refused.push({ id, name: person?.name ?? "", why: "yourself" });
    else if (person === undefined) refused.push({ id, name: "", why: "unknown" });
    else if (person.blocked || isBlocked(person.address.toLowerCase(), blocked))
      refused.push({ id, name: person.name, why: "blocked" });
    else readers.push(person);
  }
  return { readers, refused };
}
