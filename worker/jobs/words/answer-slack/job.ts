// Job kind answer-slack: posts the settled counts of a slash command to Slack once all counting jobs are done. Receives
// only messages with a response URL.
import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

export const answerSlack = subscribe(wordsSaid, {
  kind: "answer-slack",
  only: { answer: ["response-url"] },
  // A response URL is valid for half an hour ("Handling user interaction in your Slack apps"). The job waits and retries
  // that long: `maxFailures` is more than the runs that fit into it, even at the shortest pauses that the jitter allows.
  policy: { timeoutSeconds: 30, maxFailures: 40, backoffSeconds: { first: 1, max: 120 } },
});
