// Every task of the sandbox by name. Only child processes import this file; modules load on first use.
import type { TaskMap } from "./serve-tasks.ts";

export const tasks = {
  "decode-image": () => import("../jobs/resize-image/decode.ts"),
  "draw-contact-sheet": () => import("../jobs/contact-sheet/draw.ts"),
  "parse-mail": () => import("../jobs/parse-mail/decode.ts"),
} satisfies TaskMap;
