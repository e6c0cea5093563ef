// Job kind answer-slack: tells Slack the settled counts of a slash command, once all who count are done. Takes only what
// has an address for it.
import { wordsSaid } from "../../words/said.ts";
import { subscribe } from "../define-event.ts";

export const answerSlack = subscribe(wordsSaid, {
  kind: "answer-slack",
  only: { answer: ["response-url"] },
  // An address is good for half an hour ("Handling user interaction"); waiting for the others is no failure of theirs.
  policy: { timeoutSeconds: 30, attempts: 12, backoffSeconds: { first: 1, max: 120 } },
});
