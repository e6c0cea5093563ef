// Appends to a journal beyond the largest file this process may write (its parent sets that), and prints what came of it.
import { openJournal } from "../../scripts/local/state/journal.ts";

// Without a listener the limit would end the process.
process.on("SIGXFSZ", () => {});
const journal = openJournal<string>(process.argv[2] ?? "");
journal.append(["before"]);
let failure: unknown;
try {
  journal.append(["a".repeat(100), "b".repeat(100_000)]);
} catch (error) {
  failure = error;
}
journal.append(["after"]);
console.log(failure instanceof Error ? failure.message : "no failure");
