// `queues dead`: lists the dead letters with their reasons.

import { counted, duration, plural } from "../../cli/format.ts";
import { visibleLine } from "../../cli/visible.ts";
import { kindNamed } from "../kinds.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { type DeadLetter, deadLetters } from "./dead-letters.ts";

export const dead: Subcommand = {
  name: "dead",
  description: "lists dead letters with their reasons, each group in order",
  declare: (command) => command.argument("[kind]", "only this job kind, e.g. resize-image"),
  run: async (running, [kind]) => {
    const { jobs, target, sqs, now, options, stdout } = running;
    const definitions = kind === undefined ? Object.values(jobs) : [kindNamed(jobs, kind)];
    let listed = 0;
    for (const definition of definitions) {
      const found = await deadLetters({ sqs, db: target.db, names: target.names, now }, definition);
      listed += found.letters.length;
      list(running, found.letters);
      reportUnseen(running, definition.kind, found.unseen);
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
    const runs = letter.runs === null ? "" : `, ${counted(letter.runs, "run")}`;
    print(
      running,
      { ...letter, seconds },
      `  ${letter.jobId}  for ${duration(seconds)}${runs}\n    ${visibleLine(letter.reason)}`,
    );
  }
}

/** SQS counts approximately; its counts settle within a minute. */
function reportUnseen({ stderr }: Running<CommonOptions>, kind: string, unseen: number): void {
  const count = Math.abs(unseen);
  if (unseen > 0)
    stderr.write(
      `queues: SQS counts ${count} more ${plural(count, "letter")} of ${kind}: just moved, hidden by another reader, or behind ten letters of their group that no worker gave up\n`,
    );
  if (unseen < 0)
    stderr.write(
      `queues: SQS counts ${count} fewer ${plural(count, "letter")} of ${kind}: removed by other means, or not counted yet\n`,
    );
}
