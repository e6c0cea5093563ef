// What the page of a file shows its owner only.
import type { LinkRow } from "../../../../worker/jobs/files/rows/link-row.ts";
import type { ShareRow } from "../../../../worker/jobs/files/rows/share-row.ts";
import type { LogPage } from "../../log/read-log.ts";
import type { Entry } from "../../shares/directory.ts";

/** Readers, links and log of a file, and what can be chosen. */
export type OwnView = {
  shares: readonly ShareRow[];
  links: readonly LinkRow[];
  log: LogPage;
  /** People to share with who do not have the file yet. */
  people: readonly Entry[];
  /** What was searched among them. */
  find: string;
  limits: { fileHours: number; maxFileHours: number };
};
