// The sandbox task `parse-mail`: splits an untrusted mail into its bodies and attachments, one file each, and opens what
// holds further parts.
import { refusals } from "../refusals.ts";
import { bodiesOf, writeBodies } from "./bodies.ts";
import {
  type DecodeAnswer,
  type DecodedPart,
  type DecodeInput,
  insideLimits,
  type MailFacts,
  mailLimits,
} from "./contract.ts";
import { LimitMet } from "./limit-met.ts";
import { looksOf } from "./mail-looks.ts";
import { type OpenedPart, openPart } from "./open-part.ts";
import { type Message, type Reading, readMessage } from "./read-message.ts";

/** Parses a mail. @throws when the machine, not the mail, is at fault */
export async function runTask(given: unknown): Promise<DecodeAnswer> {
  // Children trust the worker, so the input is not checked.
  const { file, ours = [] } = given as DecodeInput;
  let files = 0;
  const nextFile = () => {
    files += 1;
    if (files > mailLimits.nodes) throw new LimitMet("parts");
    return `attachment-${files}`;
  };
  const reading: Reading = { nextFile, count: { nodes: 0 }, ours };
  try {
    return await decoded(await readMessage(file, reading), reading);
  } catch (error) {
    if (error instanceof LimitMet) return { outcome: "refused", ...refusals.limitMet(error.limit) };
    throw error;
  }
}

async function decoded(message: Message, reading: Reading): Promise<DecodeAnswer> {
  const bodies = bodiesOf(message.leaves);
  const own = await writeBodies(bodies, { fileOf: (kind) => kind });
  const room = { bytes: insideLimits.bytes };
  const opened: OpenedPart[] = [];
  for (const part of message.files) opened.push(await openPart(part, { ...reading, room, level: 0 }));
  const parts = numbered(own, own.length === 0 ? promoted(opened) : opened);
  const facts: MailFacts = { ...message.facts, looks: looksOf(bodies.start, opened) };
  return { outcome: "decoded", facts, parts };
}

/** A mail that is one container and nothing else has the texts of the message in it as its own. */
function promoted(opened: readonly OpenedPart[]): OpenedPart[] {
  const [only, ...others] = opened;
  if (only === undefined || others.length > 0 || /^message\//.test(only.part.contentType)) return [...opened];
  const roles = { "text/plain; charset=utf-8": "text", "text/html; charset=utf-8": "html" } as const;
  const inside = only.inside.map((each) => {
    const role = Object.entries(roles).find(([type]) => type === each.part.contentType)?.[1];
    return role === undefined ? each : { ...each, part: { ...each.part, role, name: undefined } };
  });
  return [{ ...only, inside }];
}

/** All parts in order: bodies first, then each part with what was found in it. */
function numbered(own: readonly DecodedPart[], opened: readonly OpenedPart[]): DecodedPart[] {
  type Placed = { part: DecodedPart; holder: Placed | undefined };
  const flat = (each: OpenedPart, holder: Placed | undefined): Placed[] => {
    const placed: Placed = { part: each.part, holder };
    return [placed, ...each.inside.flatMap((inner) => flat(inner, placed))];
  };
  const all = [
    ...own.map((part): Placed => ({ part, holder: undefined })),
    ...opened.flatMap((each) => flat(each, undefined)),
  ];
  const isBody = ({ part }: Placed) => part.role !== "attachment";
  const ordered = [...all.filter(isBody), ...all.filter((each) => !isBody(each))];
  return ordered.map(({ part, holder }) =>
    holder === undefined ? part : { ...part, within: ordered.indexOf(holder) + 1 },
  );
}
