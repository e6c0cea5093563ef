// Every sub-command of `npm run queues`, in the order of its help. A further one is a file and a line.
import { ambiguous } from "./ambiguous/subcommand.ts";
import { dead } from "./dead/subcommand.ts";
import { hold, resume } from "./pause/subcommands.ts";
import { purge } from "./purge/subcommand.ts";
import { redrive } from "./redrive/subcommand.ts";
import { status } from "./status.ts";
import type { Subcommand } from "./subcommand.ts";
import { suppress } from "./suppress.ts";

// Each reads its own options off the command it declared.
export const subcommands = [
  status,
  dead,
  redrive,
  hold,
  resume,
  purge,
  ambiguous,
  suppress,
] as unknown as readonly Subcommand[];
