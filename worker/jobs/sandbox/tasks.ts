// Every sandbox task by name. Only child processes import this file. Each task is loaded on first use.
import type { TaskMap } from "../../engine/sandbox/serve-tasks.ts";

export const tasks = {
  "decode-image": () => import("../pictures/resize-image/child/decode.ts"),
  "draw-contact-sheet": () => import("../pictures/contact-sheet/child/draw.ts"),
  "detect-type": () => import("../files/store-file/child/detect.ts"),
  "parse-mail": () => import("../mail/parse-mail/child/decode.ts"),
} satisfies TaskMap;
