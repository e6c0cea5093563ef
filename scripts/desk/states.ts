// The states of a submission and the steps between them: unread -> reading -> accepted, declined or withdrawn. A story that
// is being read can become unread again; a decided story is reopened only on purpose.

/** The states an editor can set. */
export const deskStates = ["unread", "reading", "accepted", "declined", "withdrawn"] as const;

export type DeskState = (typeof deskStates)[number];

/** Every state a row of the table can have; `refused` marks mails that could not be read. */
export const rowStates = [...deskStates, "refused"] as const;

export type RowState = (typeof rowStates)[number];

const ways: Readonly<Record<DeskState, readonly DeskState[]>> = {
  unread: ["reading"],
  reading: ["accepted", "declined", "withdrawn", "unread"],
  accepted: [],
  declined: [],
  withdrawn: [],
};

/** The state that `--reopen` permits for a decided story. */
const reopened: DeskState = "reading";

/** True if a story may go from one state to another; `reopen` permits reading a decided story again. */
export function mayGo(from: RowState, to: DeskState, { reopen }: { reopen: boolean }): boolean {
  if (from === "refused") return false;
  const decided = ways[from].length === 0;
  return decided ? reopen && to === reopened : ways[from].includes(to);
}

/** What a person can do instead; empty where there is nothing to do. */
export function adviceFor(from: RowState): string {
  if (from === "refused") return "it could not be read";
  if (from === "unread") return "take it first: state REF reading";
  return from === "reading" ? "" : "state REF reading --reopen reopens it";
}
