// The people of a laptop's fleet and their passwords.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { localPeople, personWith } from "../../../../scripts/local/sign-in/people.ts";

const folder = mkdtempSync(join(tmpdir(), "people-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("there are two people and one admin, with passwords that are new with every start", () => {
  const [first, second] = [localPeople(undefined), localPeople(undefined)];
  expect(first.map(({ groups }) => groups.includes("admins"))).toEqual([false, false, true]);
  const passwords = [...first, ...second].map(({ password }) => password);
  expect(new Set(passwords).size).toBe(6);
  for (const password of passwords) expect(password).toMatch(/^[a-z]{4}(-[a-z]{4}){2}$/);
});

test("with a data folder the passwords stay, in a file that only its owner reads", () => {
  const first = localPeople(folder);
  expect(localPeople(folder)).toEqual(first);
  expect(statSync(join(folder, "passwords.json")).mode & 0o777).toBe(0o600);
});

test("a damaged file gives new passwords", () => {
  const before = localPeople(folder);
  writeFileSync(join(folder, "passwords.json"), "{");
  const after = localPeople(folder);
  expect(after.map(({ password }) => password)).not.toEqual(before.map(({ password }) => password));
  expect(localPeople(folder)).toEqual(after);
});

test("a person is known by address, in any case, and password together", () => {
  const people = localPeople(undefined);
  const [ada, bjorn] = people;
  const password = ada?.password ?? "";
  expect(personWith(people, { address: " ADA@example.org ", password })).toBe(ada);
  for (const wrong of [
    { address: "ada@example.org", password: bjorn?.password ?? "" },
    { address: "ada@example.org", password: "" },
    { address: "nobody@example.org", password: "" },
    { address: "", password },
  ])
    expect(personWith(people, wrong)).toBeUndefined();
});
