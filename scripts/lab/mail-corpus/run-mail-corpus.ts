// `npm run lab -- mail-corpus`: sends every mail of a folder through the running system, compares its attachments with
// Python's reading, and lists the differences one by one.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { createCommand, readCommand, runCommand } from "../../../worker/process/command.ts";
import { checkFleet } from "../../cli/fleet.ts";
import { findInputs } from "../../submit/inputs.ts";
import { createJobWatch, type JobWatch } from "../../submit/job-watch.ts";
import { mailsIn } from "../../submit/mail/mailbox.ts";
import { kindOfFile } from "../../submit/mail/recognise.ts";
import { chooseTarget, type Target } from "../../submit/target.ts";
import { sentBy } from "./answers.ts";
import { compareAttachments, type Difference } from "./compare.ts";
import { explanationOf } from "./explanations.ts";
import { type Reading, readWithPython } from "./python.ts";
import { type Mail, type MailOutcome, submitMail } from "./submit-mail.ts";

type Options = { json: boolean; all: boolean; answers: boolean; concurrency: number };

const nameOf = ({ path, number }: Mail) => (number === undefined ? path : `${path} #${number}`);

/** Runs the command. Resolves to the exit code: 0, 1 when mails are lost or attachments differ, 2 bad arguments. */
export function runMailCorpus(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return runCommand("mail-corpus", () => run(args, env));
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const rawFolder = await mkdtemp(join(tmpdir(), "mail-corpus-"));
  let target: Target | undefined;
  try {
    const command = createCommand("mail-corpus")
      .description(
        "Sends every mail of a folder through the running local system and compares its attachments with Python's reading.",
      )
      .argument("<folders...>", "folders of mails and mailboxes, or single files")
      .option("--all", "treat every file as a mail, even if it does not look like one", false)
      .option(
        "--answers",
        "send each mail as its author did, to us as well; list whom its signs tell, and count what was sent",
        false,
      )
      .option("--json", "print one line of JSON per mail", false);
    readCommand(command, args, env);
    const options = { ...command.opts<Options>(), concurrency: 4 };
    target = chooseTarget(env, { aws: false, concurrency: options.concurrency });
    await checkFleet(target);
    return await compareAll(target, await mailsOf(command.args, options.all), options, rawFolder);
  } finally {
    target?.destroy();
    await rm(rawFolder, { recursive: true, force: true });
  }
}

async function mailsOf(paths: readonly string[], all: boolean): Promise<Mail[]> {
  const mails: Mail[] = [];
  for (const { path } of (await findInputs(paths)).inputs) {
    const kind = await kindOfFile(path);
    if (kind === "mailbox") {
      let number = 0;
      for await (const range of mailsIn(path)) {
        number += 1;
        mails.push({ from: "mail", path, number, range, quoting: "rd" });
      }
    } else if (kind === "mail" || all) mails.push({ from: "mail", path });
  }
  return mails;
}

async function compareAll(
  target: Target,
  mails: Mail[],
  options: Options,
  rawFolder: string,
): Promise<number> {
  const { db, names } = target;
  const jobs: JobWatch = createJobWatch({ db, table: names.tables.jobs, clock: systemClock });
  const outcomes = new Map<Mail, MailOutcome>();
  const queue = mails.entries();
  const feed = async () => {
    for (const [index, mail] of queue)
      outcomes.set(
        mail,
        await submitMail(target, jobs, mail, join(rawFolder, String(index)), options.answers),
      );
  };
  await Promise.all(Array.from({ length: options.concurrency }, feed));
  const readable = [...outcomes.values()].flatMap((each) =>
    each.outcome === "submission" ? [each.raw] : [],
  );
  const readings = await readWithPython(readable);
  const total = {
    mails: mails.length,
    submissions: 0,
    refusals: 0,
    lost: 0,
    equal: 0,
    explained: 0,
    lineEnds: 0,
    differing: 0,
    notified: 0,
    senders: { machine: 0, doubtful: 0, person: 0 },
    machinesByOneSign: 0,
  };
  for (const mail of mails) {
    const found = outcomes.get(mail) ?? { outcome: "nothing", why: "not tried" };
    const { equal, differences } = compared(found, readings);
    total.equal += equal;
    for (const difference of differences) total[accountOf(difference)] += 1;
    if (found.outcome === "submission") {
      total.submissions += 1;
      total.notified += found.notification === "planned" ? 1 : 0;
      total.senders[found.sender] += 1;
      total.machinesByOneSign += found.sender === "machine" && found.signs.length < 2 ? 1 : 0;
    }
    if (found.outcome === "refusal") total.refusals += 1;
    if (found.outcome === "nothing") total.lost += 1;
    print(mail, found, equal, differences, options);
  }
  const sent = options.answers ? await sentBy(target.where) : undefined;
  console.log(JSON.stringify({ v: 1, total, sent }));
  return total.lost + total.differing > 0 ? 1 : 0;
}

function compared(found: MailOutcome, readings: ReadonlyMap<string, Reading>) {
  if (found.outcome !== "submission") return { equal: 0, differences: [] };
  const reading = readings.get(found.raw) ?? { error: "python3 exited" };
  return compareAttachments(found.attachments, "error" in reading ? [] : reading.attachments);
}

/** Where a difference is counted. Line ends need no explanation. */
function accountOf(difference: Difference): "lineEnds" | "explained" | "differing" {
  if (explanationOf(difference) !== undefined) return "explained";
  return difference.kind === "line-ends" ? "lineEnds" : "differing";
}

const explained = (difference: Difference) => ({ ...difference, why: explanationOf(difference) ?? null });

function print(
  mail: Mail,
  found: MailOutcome,
  equal: number,
  differences: Difference[],
  { json, answers }: Options,
): void {
  if (json) {
    const { raw: _, ...rest } = { raw: "", ...found };
    console.log(
      JSON.stringify({ v: 1, mail: nameOf(mail), ...rest, equal, differences: differences.map(explained) }),
    );
    return;
  }
  if (found.outcome === "refusal") console.log(`refused (${found.code})  ${nameOf(mail)}`);
  if (found.outcome === "nothing") console.log(`LOST (${found.why})  ${nameOf(mail)}`);
  if (answers && found.outcome === "submission")
    console.log(`${found.sender} (${found.signs.join(", ")}): ${found.notification}  ${nameOf(mail)}`);
  for (const difference of differences) {
    const { kind, ours, theirs } = difference;
    const words = [ours, theirs].map((one) => (one ? `${one.name ?? "unnamed"} ${one.bytes} B` : "none"));
    const why = explanationOf(difference);
    console.log(`${kind}  ${nameOf(mail)}: ours ${words[0]}, Python's ${words[1]}${why ? ` (${why})` : ""}`);
  }
}
