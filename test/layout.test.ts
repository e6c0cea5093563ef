// The layout is the architecture: who may import whom, read off the sources themselves.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const importPattern = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

/** Imports of one file: files of this project as paths from the root, packages by name. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(importPattern)].map(([, target = ""]) =>
    target.startsWith(".") ? relative(root, resolve(root, dirname(file), target)) : target,
  );
}

function edges(folder: string): { file: string; target: string }[] {
  return sources(folder).flatMap((file) => importsOf(file).map((target) => ({ file, target })));
}

const offenders = (folder: string, wrong: (edge: { file: string; target: string }) => boolean) =>
  edges(folder).filter(wrong);

test("the reader of imports sees them, so the rules below can fail", () => {
  expect(importsOf("worker/jobs/catalog.ts")).toContain("worker/jobs/resize-image/job.ts");
});

test("the worker imports nothing of triggers, infra, scripts or tests", () => {
  expect(offenders("worker", ({ target }) => /^(triggers|infra|scripts|test)\//.test(target))).toEqual([]);
});

test("triggers import only definitions, enqueue, names, errors and what rows mean from the worker", () => {
  const allowed =
    /^worker\/(jobs\/(catalog|define-job|message|[a-z-]+\/job)|queue\/(enqueue|publish)|words\/(said|split-words|read-counts|response-url|slack-text|word-row)|resources|tables|buckets|topics|errors|albums\/album|outbox\/outbox-row)\.ts$/;
  expect(
    offenders(
      "triggers",
      ({ target }) => /^(worker|scripts|infra|test)\//.test(target) && !allowed.test(target),
    ),
  ).toEqual([]);
});

test("no trigger imports sharp, mailparser or a handler", () => {
  expect(offenders("triggers", ({ target }) => /^(sharp|mailparser)$|handlers?\.ts$/.test(target))).toEqual(
    [],
  );
});

test("no job enqueues another: follow-ups go through the outbox or follow from a table's stream", () => {
  const enqueues = /^worker\/queue\/enqueue\.ts$|^@aws-sdk\/client-sqs$/;
  for (const folder of ["worker/jobs", "worker/albums", "worker/outbox"])
    expect(offenders(folder, ({ target }) => enqueues.test(target))).toEqual([]);
});

test("sqs-consumer is imported by the poller and by benchmarks only", () => {
  expect(
    ["worker", "triggers", "infra", "scripts"]
      .flatMap(edges)
      .filter(({ target }) => target === "sqs-consumer")
      .filter(({ file }) => file !== "worker/queue/poller.ts" && !file.startsWith("scripts/bench/")),
  ).toEqual([]);
});

test("handlers are imported by handlers.ts only", () => {
  expect(
    ["worker", "triggers", "infra", "scripts"]
      .flatMap(edges)
      .filter(({ target }) => /^worker\/jobs\/[a-z-]+\/handler\.ts$/.test(target))
      .filter(({ file }) => file !== "worker/jobs/handlers.ts"),
  ).toEqual([]);
});

test("nothing but infra and the scaling policy's readers imports infra", () => {
  expect(
    ["worker", "triggers", "scripts"]
      .flatMap(edges)
      .filter(({ target }) => target.startsWith("infra/") && target !== "infra/scaling-policy.ts"),
  ).toEqual([]);
});

test("infra imports only data of the worker and the triggers, never code that runs", () => {
  const allowed =
    /^(worker\/(jobs\/(catalog|define-job)|resources|tables|buckets|topics|queue-settings|mail\/settings)|triggers\/(event-sources|access))\.ts$/;
  expect(
    offenders(
      "infra",
      ({ target }) => /^(worker|triggers|scripts|test)\//.test(target) && !allowed.test(target),
    ),
  ).toEqual([]);
});

test("the local queue, topic and object store know nothing of the worker", () => {
  expect(
    ["gateway", "sqs", "sns", "s3", "ses"]
      .map((folder) => `scripts/local/${folder}`)
      .flatMap((folder) => offenders(folder, ({ target }) => /^(worker|triggers|infra)\//.test(target))),
  ).toEqual([]);
});

test("the cloud check's parts know each other in one direction: policies know nothing, the proofs know all", () => {
  const known: Readonly<Record<string, readonly string[]>> = {
    iam: [],
    assembly: ["iam"],
    calls: ["iam", "assembly"],
    image: [],
    lambda: ["assembly"],
    stacks: ["assembly"],
  };
  const folder = "scripts/cloud-check";
  const parts = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(parts.map(({ name }) => name).sort()).toEqual(Object.keys(known).sort());
  const partOf = (file: string) => /^scripts\/cloud-check\/([a-z-]+)\//.exec(file)?.[1];
  const wrong = ({ file, target }: { file: string; target: string }) => {
    const [from, to] = [partOf(file), partOf(target)];
    return from !== undefined && to !== undefined && from !== to && !known[from]?.includes(to);
  };
  expect(offenders(folder, wrong)).toEqual([]);
});

test("the cloud check's judges of policies and calls know neither the worker's code nor a running cloud", () => {
  const allowed = /^(worker\/errors|scripts\/local\/(gateway\/(faults|route)|s3\/protocol\/address))\.ts$/;
  expect(
    ["iam", "assembly", "calls"].flatMap((part) =>
      offenders(
        `scripts/cloud-check/${part}`,
        ({ target }) => /^(worker|triggers|infra|scripts\/local)\//.test(target) && !allowed.test(target),
      ),
    ),
  ).toEqual([]);
});
