// `queues dead`: what lies in the dead-letter queues, and why.

import { duration } from "../../cli/format.ts";
import { visibleLine } from "../../cli/visible.ts";
import { kindNamed } from "../kinds.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { type DeadLetter, deadLetters } from "./dead-letters.ts";

export const dead: Subcommand = {
  name: "dead",
  description: "lists the dead letters with their reasons, each group in order",
  declare: (command) => command.argument("[kind]", "only of this job kind, e.g. resize-image"),
  run: async (running, [kind]) => {
    const { jobs, target, sqs, now, options, stdout } = running;
    const definitions = kind === undefined ? Object.values(jobs) : [kindNamed(jobs, kind)];
    let listed = 0;
    for (const definition of definitions) {
      const found = await deadLetters({ sqs, db: target.db, names: target.names, now }, definition);
      listed += found.letters.length;
      list(running, found.letters);
      tellUnseen(running, definition.kind, found.unseen);
    }
    if (listed === 0 && !options.json) stdout.write("no dead letters\n");
    return 0;
  },
};

function list(running: Running<CommonOptions>, letters: readonly DeadLetter[]): void {
  let group: string | undefined;
  for (const letter of letters) {
    const seconds = Math.max(0, (running.now() - Date.parse(letter.since)) / 1000);
    if (!running.options.json && letter.group !== group)
      running.stdout.write(`${letter.kind}, group ${visibleLine(letter.group)}\n`);
    group = letter.group;
    const runs = letter.runs === null ? "" : `, ${letter.runs} ${letter.runs === 1 ? "run" : "runs"}`;
    print(
      running,
      { ...letter, seconds },
      `  ${letter.jobId}  for ${duration(seconds)}${runs}\n    ${visibleLine(letter.reason)}`,
    );
  }
}

/** Counts of SQS are approximate, and settle within a minute. */
function tellUnseen({ stderr }: Running<CommonOptions>, kind: string, unseen: number): void {
  const letters = `${Math.abs(unseen)} ${Math.abs(unseen) === 1 ? "letter" : "letters"}`;
  if (unseen > 0)
    stderr.write(
      `queues: SQS counts ${letters} of ${kind} more: just moved, in another reader's hands, or behind ten of their group that no worker gave up\n`,
    );
  if (unseen < 0)
    stderr.write(
      `queues: SQS counts ${letters} of ${kind} less: taken out by other means, or not counted yet\n`,
    );
}
