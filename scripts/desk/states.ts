// The states of a submission and the ways between them: unread -> reading -> accepted, declined or withdrawn; what was
// begun can be put back, what was decided is taken up again only on purpose.

/** What an editor may make of a submission. */
export const deskStates = ["unread", "reading", "accepted", "declined", "withdrawn"] as const;

export type DeskState = (typeof deskStates)[number];

/** Every state a row of the table may have; `refused` are mails that could not be read. */
export const rowStates = [...deskStates, "refused"] as const;

export type RowState = (typeof rowStates)[number];

const ways: Readonly<Record<DeskState, readonly DeskState[]>> = {
  unread: ["reading"],
  reading: ["accepted", "declined", "withdrawn", "unread"],
  accepted: [],
  declined: [],
  withdrawn: [],
};

/** What `--reopen` adds. */
const reopened: DeskState = "reading";

/** Whether a story may go from one state to another; `reopen` lets decided ones be read again. */
export function mayGo(from: RowState, to: DeskState, { reopen }: { reopen: boolean }): boolean {
  if (from === "refused") return false;
  const decided = ways[from].length === 0;
  return decided ? reopen && to === reopened : ways[from].includes(to);
}

/** What a person can do instead, in words; empty where there is nothing. */
export function adviceFor(from: RowState): string {
  if (from === "refused") return "it could not be read";
  if (from === "unread") return "first take it: state REF reading";
  return from === "reading" ? "" : "state REF reading --reopen takes it up again";
}
