// The people of a laptop's fleet: two who share files, and one admin. Their passwords are new with every start, unless the
// state is kept.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** A person who can sign in. */
export type LocalPerson = {
  id: string;
  name: string;
  address: string;
  groups: readonly string[];
  password: string;
};

const seeded = [
  { id: "a5ad2f0e-0001-4000-8000-6164610a6c6f", name: "Ada Okafor", address: "ada@example.org", groups: [] },
  {
    id: "a5ad2f0e-0002-4000-8000-626a6f726e73",
    name: "Björn Sæther",
    address: "bjorn@example.org",
    groups: [],
  },
  {
    id: "a5ad2f0e-0003-4000-8000-677261636500",
    name: "Grace Lindqvist",
    address: "grace@example.org",
    groups: ["admins"],
  },
] as const;

const keptSchema = z.record(z.string(), z.string());

/** The people, with new passwords, or with those kept in a data folder. */
export function localPeople(dataDir: string | undefined): LocalPerson[] {
  const file = dataDir === undefined ? undefined : join(dataDir, "passwords.json");
  const kept = file === undefined ? {} : readKept(file);
  const people = seeded.map((person) => ({ ...person, password: kept[person.address] ?? newPassword() }));
  const passwords = Object.fromEntries(people.map(({ address, password }) => [address, password]));
  if (file !== undefined) writeFileSync(file, JSON.stringify(passwords), { mode: 0o600 });
  return people;
}

/** Letters that cannot be taken for digits or for each other. */
const letters = "abcdefghijkmnpqrstuvwxyz";

function newPassword(): string {
  const drawn = Array.from(randomBytes(12), (byte) => letters[byte % letters.length]).join("");
  return `${drawn.slice(0, 4)}-${drawn.slice(4, 8)}-${drawn.slice(8)}`;
}

function readKept(file: string): Record<string, string> {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}

/** The person with this address and password. */
export function personWith(
  people: readonly LocalPerson[],
  { address, password }: { address: string; password: string },
): LocalPerson | undefined {
  const person = people.find((each) => each.address === address.trim().toLowerCase());
  const [given, known] = [Buffer.from(password), Buffer.from(person?.password ?? "")];
  return person && given.length === known.length && timingSafeEqual(given, known) ? person : undefined;
}
