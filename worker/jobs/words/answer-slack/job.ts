// Job kind answer-slack: tells Slack the settled counts of a slash command, once all who count are done. Takes only what
// has an address for it.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../said.ts";

export const answerSlack = subscribe(wordsSaid, {
  kind: "answer-slack",
  only: { answer: ["response-url"] },
  // An address is good for half an hour ("Handling user interaction in your Slack apps"), so long are the others waited for
  // and Slack is tried: more attempts than fit into it, at the shortest pauses that the jitter makes.
  policy: { timeoutSeconds: 30, maxFailures: 40, backoffSeconds: { first: 1, max: 120 } },
});
