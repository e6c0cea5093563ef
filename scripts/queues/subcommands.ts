// Every subcommand of `npm run queues`, in the order of its help. To add one, write its file and add a line here.
import { ambiguous } from "./ambiguous/subcommand.ts";
import { dead } from "./dead/subcommand.ts";
import { doctor } from "./doctor/subcommand.ts";
import { failed } from "./failed/subcommand.ts";
import { interrupt } from "./interrupt/subcommand.ts";
import { pause, resume } from "./pause/subcommands.ts";
import { purge } from "./purge/subcommand.ts";
import { redrive } from "./redrive/subcommand.ts";
import { scale } from "./scale/subcommand.ts";
import { status } from "./status.ts";
import type { Subcommand } from "./subcommand.ts";
import { suppress } from "./suppress.ts";
import { sweep } from "./sweep/subcommand.ts";
import { tail } from "./tail/subcommand.ts";

// Each reads its own options off the command it declared.
export const subcommands = [
  status,
  tail,
  doctor,
  pause,
  resume,
  dead,
  redrive,
  purge,
  failed,
  sweep,
  ambiguous,
  suppress,
  interrupt,
  scale,
] as unknown as readonly Subcommand[];
