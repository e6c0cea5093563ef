// The layout is the architecture: who may import whom, read off the sources themselves.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { jobKinds } from "../worker/jobs/catalog.ts";
import { circles, type Import, importsBelow, importsOf, sources } from "./support/imports.ts";

const root = resolve(import.meta.dirname, "..");
const everywhere = ["worker", "triggers", "infra", "scripts"];

const offenders = (folders: string | readonly string[], wrong: (found: Import) => boolean) =>
  [folders].flat().flatMap(importsBelow).filter(wrong);

test("the reader of imports sees them, so the rules below can fail", () => {
  expect(importsOf("worker/jobs/catalog.ts")).toContain("worker/jobs/pictures/resize-image/job.ts");
});

describe("import circles", () => {
  test("there is none in worker, triggers, infra and scripts, type imports included", () => {
    expect(circles(new Map(everywhere.flatMap(sources).map((file) => [file, importsOf(file)])))).toEqual([]);
  });

  test("a circle of two, a circle of three and a file that imports itself are found", () => {
    const graph = { a: ["b"], b: ["a", "c"], c: ["d"], d: ["e"], e: ["c"], f: ["f"], g: ["a", "sharp"] };
    const found = circles(new Map(Object.entries(graph)));
    expect(found.map((circle) => circle.sort())).toEqual([["c", "d", "e"], ["a", "b"], ["f"]]);
  });
});

describe("the worker's five floors", () => {
  const floors = ["worker/fleet/", "worker/engine/", "worker/jobs/", "worker/process/", "worker/main.ts"];
  const floorOf = (file: string) => floors.findIndex((floor) => file.startsWith(floor));

  test("every file stands on one of them", () => {
    expect(sources("worker").filter((file) => floorOf(file) < 0)).toEqual([]);
  });

  test("each imports only from itself and what is below it", () => {
    const upward = ({ file, target }: Import) => floorOf(target) > floorOf(file);
    expect(offenders("worker", upward)).toEqual([]);
  });

  test("none imports triggers, infra, scripts or tests", () => {
    expect(offenders("worker", ({ target }) => /^(triggers|infra|scripts|test)\//.test(target))).toEqual([]);
  });
});

describe("the engine", () => {
  test("names no job kind and knows no word of mail, pictures, words or Slack", () => {
    const subjects = [...jobKinds, "e?mails?", "mime", "smtp", "ses", "pictures?", "albums?", "slack"];
    const known = new RegExp(`(?<![a-z])(${subjects.join("|")})(?![a-z])`, "i");
    const lines = sources("worker/engine").flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.filter((line) => known.test(line))).toEqual([]);
  });

  test("imports no decoder and no client that only one job kind needs", () => {
    const foreign = /^(sharp|mailparser|nodemailer|@aws-sdk\/client-(ses|sesv2|auto-scaling|ssm))$/;
    expect(offenders("worker/engine", ({ target }) => foreign.test(target))).toEqual([]);
  });

  test("sqs-consumer is imported by the poller and by benchmarks only", () => {
    const outside = ({ file, target }: Import) =>
      target === "sqs-consumer" &&
      file !== "worker/engine/receive/poller.ts" &&
      !file.startsWith("scripts/lab/bench/");
    expect(offenders(everywhere, outside)).toEqual([]);
  });
});

describe("jobs", () => {
  test("handlers are imported by handlers.ts only", () => {
    const outside = ({ file, target }: Import) =>
      /^worker\/jobs\/.*\/handler\.ts$/.test(target) && file !== "worker/jobs/handlers.ts";
    expect(offenders(everywhere, outside)).toEqual([]);
  });

  test("no job enqueues another: follow-ups go through the outbox or follow from a table's stream", () => {
    const enqueues = /^worker\/engine\/enqueue\/enqueue\.ts$|^@aws-sdk\/client-sqs$/;
    expect(offenders("worker/jobs", ({ target }) => enqueues.test(target))).toEqual([]);
  });
});

describe("the untrusted side", () => {
  const child = /^worker\/.*\/child\//;

  test("what runs in the sandbox child is imported only by itself, but for its contract", () => {
    const wrong = ({ file, target }: Import) =>
      child.test(target) &&
      !child.test(file) &&
      !target.endsWith("contract.ts") &&
      file !== "worker/jobs/sandbox/tasks.ts";
    expect(offenders(everywhere, wrong)).toEqual([]);
  });

  test("decoders are imported there only", () => {
    const wrong = ({ file, target }: Import) =>
      /^(sharp|mailparser|iconv-lite|file-type)$/.test(target) && !child.test(file);
    expect(offenders(["worker", "triggers"], wrong)).toEqual([]);
  });

  test("it imports no client, no credentials and nothing of the ledger", () => {
    const wrong = ({ file, target }: Import) =>
      child.test(file) && /^@aws-sdk\/|^worker\/(process|engine\/(?!sandbox\/))/.test(target);
    expect(offenders("worker/jobs", wrong)).toEqual([]);
  });
});

describe("triggers", () => {
  test("import only definitions, enqueue, names, errors and what rows mean from the worker", () => {
    const allowed =
      /^worker\/(fleet\/(resources|tables|buckets|topics|errors|once)|engine\/(job\/(define-job|message)|enqueue\/(enqueue|publish))|jobs\/(catalog|[a-z-]+\/[a-z-]+\/job|words\/(words-said|split-words|read-counts|response-url|slack-text|word-row|leaderboard|hour-row|read-hours)|pictures\/(albums\/album|resize-image\/(child\/contract|image-row-id))|files\/(settings|rows\/[a-z-]+)|mail\/answers\/(address|outgoing-mail)|outbox\/outbox-(row|effect)))\.ts$/;
    const policy = /^infra\/(scaling-policy|scaling\/[a-z-]+)\.ts$/;
    const wrong = ({ file, target }: Import) =>
      /^(worker|scripts|infra|test)\//.test(target) &&
      !allowed.test(target) &&
      !(policy.test(target) && file.startsWith("triggers/metrics-due"));
    expect(offenders("triggers", wrong)).toEqual([]);
  });

  test("import no decoder and no handler", () => {
    const wrong = ({ target }: Import) => /^(sharp|mailparser)$|handlers?\.ts$/.test(target);
    expect(offenders("triggers", wrong)).toEqual([]);
  });
});

describe("infra", () => {
  test("is imported by nothing but the readers of its policies: size, stand-ins, an instance's life, rollouts", () => {
    const read =
      /^infra\/(scaling-policy|scaling\/[a-z-]+|on-demand-policy|instance-life|drain-budget|rollout\/preferences)\.ts$/;
    const wrong = ({ target }: Import) => target.startsWith("infra/") && !read.test(target);
    expect(offenders(["worker", "triggers", "scripts"], wrong)).toEqual([]);
  });

  test("imports only data of the worker and the triggers, never code that runs", () => {
    const allowed =
      /^(worker\/(fleet\/(resources|tables|buckets|topics|queue-settings)|engine\/job\/define-job|jobs\/(catalog|mail\/answers\/settings|files\/settings))|triggers\/catalog\/(event-sources|access|bundling|password-routes))\.ts$/;
    const wrong = ({ target }: Import) =>
      /^(worker|triggers|scripts|test)\//.test(target) && !allowed.test(target);
    expect(offenders("infra", wrong)).toEqual([]);
  });
});

describe("scripts", () => {
  test("users' tools import nothing of the laptop cloud and nothing of the laboratory", () => {
    const users = ({ file }: Import) =>
      !/^scripts\/(local|lab)\//.test(file) && !/^scripts\/(local|lab)\.ts$/.test(file);
    const wrong = (found: Import) => users(found) && /^scripts\/(local|lab)\//.test(found.target);
    expect(offenders("scripts", wrong)).toEqual([]);
  });

  test("the laptop cloud imports nothing of the laboratory", () => {
    const wrong = ({ target }: Import) => target.startsWith("scripts/lab/");
    expect(offenders("scripts/local", wrong)).toEqual([]);
  });

  test("the local queue, topic and object store know nothing of the worker", () => {
    const folders = ["gateway", "protocols", "sqs", "sns", "s3", "ses"].map(
      (folder) => `scripts/local/${folder}`,
    );
    expect(offenders(folders, ({ target }) => /^(worker|triggers|infra)\//.test(target))).toEqual([]);
  });
});

describe("the cloud check", () => {
  const folder = "scripts/lab/cloud-check";

  test("its parts know each other in one direction: policies know nothing, the proofs know all", () => {
    const known: Readonly<Record<string, readonly string[]>> = {
      iam: [],
      assembly: ["iam"],
      calls: ["iam", "assembly"],
      image: [],
      lambda: ["assembly"],
      stacks: ["assembly"],
    };
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const parts = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(parts.sort()).toEqual(Object.keys(known).sort());
    const partOf = (file: string) => /^scripts\/lab\/cloud-check\/([a-z-]+)\//.exec(file)?.[1];
    const wrong = ({ file, target }: Import) => {
      const [from, to] = [partOf(file), partOf(target)];
      return from !== undefined && to !== undefined && from !== to && !known[from]?.includes(to);
    };
    expect(offenders(folder, wrong)).toEqual([]);
  });

  test("its judges of policies and calls know neither the worker's code nor a running cloud", () => {
    const allowed =
      /^(worker\/fleet\/errors|scripts\/local\/(gateway\/(faults|route)|s3\/protocol\/address))\.ts$/;
    const folders = ["iam", "assembly", "calls"].map((part) => `${folder}/${part}`);
    const wrong = ({ target }: Import) =>
      /^(worker|triggers|infra|scripts\/local)\//.test(target) && !allowed.test(target);
    expect(offenders(folders, wrong)).toEqual([]);
  });
});
