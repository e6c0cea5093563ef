// What the desk shows to people. Every text of strangers passes through `visible` first.

import { withheldMark } from "../../worker/jobs/mail/answers/answers.ts";
import { size } from "../cli/format.ts";
import { padToWidth, table } from "../cli/table.ts";
import { visible, visibleLine } from "../cli/visible.ts";
import type { SavedPart } from "./save-parts.ts";
import { type Entry, isWithheld, type Part, type Story } from "./story.ts";

/** A list of submissions. */
export function listView(entries: readonly Entry[], width: number): string {
  const rows = entries.map(({ reference, id, state, receivedAt, editor, subject, reason, ...entry }) => [
    reference ?? id,
    state,
    dateTime(receivedAt),
    visibleLine(editor ?? ""),
    authorOf(entry),
    subjectOf(subject, reason),
  ]);
  return table(["REFERENCE", "STATE", "RECEIVED", "EDITOR", "AUTHOR", "SUBJECT"], rows, width);
}

/** A story that a person should look at says so in front of its subject. */
function subjectOf(subject: string | undefined, reason: string | undefined): string {
  if (!isWithheld({ reason })) return visibleLine(subject ?? reason ?? "");
  return visibleLine(`[${withheldMark}] ${subject ?? ""}`.trim());
}

/** One submission: its facts, parts, history, saved files, and text. */
export function storyView(
  story: Story,
  {
    saved,
    folder,
    text,
    width,
  }: { saved?: readonly SavedPart[]; folder?: string; text: string; width: number },
): string {
  const { reference, id, state, editor, receivedAt, subject, reason } = story;
  const facts: [string, string][] = [
    ["Story", reference ?? id],
    ["State", editor === undefined ? state : `${state}, ${visibleLine(editor)}`],
    ["Subject", visibleLine(subject ?? "(none)")],
    ["From", authorOf(story)],
    ["Received", dateTime(receivedAt)],
    ...reasonFact(reason),
    ...recipientsFact(story),
  ];
  const blocks = [
    facts.map(([name, value]) => `${padToWidth(name, 10)}${value}`).join("\n"),
    story.parts.length > 0 ? partsView(story.parts, width) : "(no parts)",
    ...(story.history.length > 0 ? [historyView(story)] : []),
    ...(folder === undefined ? [] : [savedView(saved ?? [], folder)]),
    ...(text === "" ? [] : [`${"─".repeat(Math.min(width, 72))}\n${visible(text).trimEnd()}`]),
  ];
  return blocks.join("\n\n");
}

function reasonFact(reason: string | undefined): [string, string][] {
  if (reason === undefined) return [];
  return [[isWithheld({ reason }) ? "Answer" : "Refused", visibleLine(reason)]];
}

/** Told only when not all recipients are kept. */
function recipientsFact({ facts }: Story): [string, string][] {
  const { recipientCount, recipients } = facts ?? {};
  if (recipientCount === undefined) return [];
  return [["Sent to", `${recipientCount} addresses, of which ${recipients?.length ?? 0} are kept`]];
}

function partsView(parts: readonly Part[], width: number): string {
  const rows = parts.map(({ n, role, bytes, contentType, name, derived, within, unchecked, problem }) => [
    String(n),
    role,
    size(bytes),
    contentType.split(";", 1)[0] ?? "",
    [
      visibleLine(name ?? ""),
      ...(within === undefined ? [] : [`(in ${within})`]),
      ...(unchecked ? ["(signature not checked)"] : []),
      ...(derived ? ["(made from the HTML)"] : []),
      problem ?? "",
    ]
      .join(" ")
      .trim(),
  ]);
  return table(["PART", "WHAT", "SIZE", "TYPE", "NAME"], rows, width);
}

function historyView({ history }: Story): string {
  return history
    .map(({ from, to, by, at }) => `${dateTime(at)}  ${from} -> ${to}, ${visibleLine(by)}`)
    .join("\n");
}

/** The files that were saved, and their folder. */
export function savedView(saved: readonly SavedPart[], folder: string): string {
  if (saved.length === 0) return `Nothing to save in ${folder}`;
  return [
    `Saved in ${folder}:`,
    ...saved.map(({ file }) => `  ${visibleLine(file.slice(folder.length + 1))}`),
  ].join("\n");
}

function authorOf({ author, authorName }: Pick<Entry, "author" | "authorName">): string {
  if (author === undefined) return "(unknown)";
  return visibleLine(authorName === undefined ? author : `${authorName} <${author}>`);
}

/** Date and time in the reader's time zone. */
export function dateTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return visibleLine(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
