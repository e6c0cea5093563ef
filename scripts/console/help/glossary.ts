// The words of the console's pages, each in a sentence. Headings of columns show them as tooltips, and the help page has them all.

/** Words by the id of their place on the help page. */
export const glossary = {
  job: [
    "Job, kind",
    "A job is one piece of work, e.g. one picture to resize. Its kind says what is to be done.",
  ],
  group: [
    "Message group",
    "Jobs of one group run one after another, in the order in which they came. Groups run side by side.",
  ],
  waiting: ["Waiting", "Messages in the queue that no worker has yet. SQS counts them approximately."],
  "in-flight": [
    "In flight",
    "Messages that a worker has: their jobs run, or wait in the worker for the one before them in their group.",
  ],
  oldest: ["Oldest", "How long the oldest message of the queue has waited."],
  completed: ["Completed a minute", "Jobs that were completed in the last minute that has ended."],
  wait: [
    "Wait p50, p95",
    "Seconds from enqueued to begun that half of the runs, and nineteen of twenty, stayed below.",
  ],
  run: ["Run p50, p95", "Seconds that a run took: half of the runs, and nineteen of twenty, stayed below."],
  dead: [
    "Dead, dead letter",
    "A job that failed as often as it may. Its message is kept in a queue of its own until a person sends it back or discards it.",
  ],
  poison: ["Poison", "The situation in which there are dead letters: something fails every time."],
  slot: ["Slot", "A worker runs as many jobs at once as it has slots."],
  lease: [
    "Lease",
    "How long a worker still owns the message of a job. It is renewed while the job runs; if the worker dies, another takes the job when the lease is over.",
  ],
  draining: [
    "Draining",
    "The worker takes no new job, and ends or returns those it has, because its instance goes.",
  ],
  returned: [
    "Returned",
    "An interruption ended the run. The job goes back to its place, and the run does not count as a failure.",
  ],
  "put-off": [
    "Put off",
    "A service of the cloud did not answer. The job waits, and the run does not count as a failure.",
  ],
  rejected: [
    "Rejected",
    "The job's input can never succeed, e.g. a text where a picture should be. It is not tried again.",
  ],
  wanted: ["Wanted", "Instances that the scaling policy thinks the work needs."],
  "asked-for": ["Asked for", "Instances that EC2 Auto Scaling was asked for."],
  "in-service": ["In service", "Instances that are there and whose workers are ready."],
  spot: [
    "Spot interruption",
    "EC2 takes an instance back, with two minutes' notice at best. No work is lost.",
  ],
  pause: [
    "Pause",
    "Running jobs of a kind or a group end, the others wait in order until somebody resumes it.",
  ],
} as const satisfies Record<string, readonly [word: string, meaning: string]>;

export type Term = keyof typeof glossary;

/** What a word means. */
export const meaningOf = (term: Term): string => glossary[term][1];
