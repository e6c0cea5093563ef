// The files of a new job kind, as they are written: small, but complete, so that everything is green at once.
import type { JobName } from "./job-name.ts";

/** `job.ts`. */
export const jobFile = ({ kind, identifier }: JobName): string => `\
// The job ${kind}: what it is about, which jobs wait for each other, and what makes two events the same job.
import { z } from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

export const ${identifier} = defineJob({
  kind: "${kind}",
  payload: z.object({
    /** Jobs of one name run one after another, in order. */
    name: z.string().min(1).max(128),
    /** Two events of one name and number are the same job, for ever. */
    number: z.number().int().nonnegative(),
  }),
  messageGroupId: ({ name }) => name,
  deduplicationId: ({ name, number }) => \`\${name}/\${number}\`,
});
`;

/** `handler.ts`. */
export const handlerFile = ({ kind, identifier }: JobName): string => `\
// Does the job ${kind}. Everything it leaves behind is returned as effects, which the engine commits once.
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { Handler } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import type { ${identifier} } from "./job.ts";

/** Makes the handler. */
export const ${identifier}Handler = (): Handler<PayloadOf<typeof ${identifier}>> => ({
  run: async ({ name, number }) => {
    // An input that can never succeed is rejected at once; anything else that is thrown is retried.
    if (name.trim() === "") throw new InputRejected("blank-name", "The name is blank.");
    return { effects: [], result: { text: \`\${name} \${number}\` } };
  },
});
`;

/** Its first test. */
export const testFile = ({ domain, kind, identifier }: JobName): string => `\
// The job ${kind} through the real engine and a real ledger.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { ${identifier}Handler } from "../../../../worker/jobs/${domain}/${kind}/handler.ts";
import { ${identifier} } from "../../../../worker/jobs/${domain}/${kind}/job.ts";
import { noSandbox } from "../../../support/no-sandbox.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { runJob } from "../../../support/run-job.ts";

let provisioned: Provisioned;
let names: ResourceNames;
beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("new-job");
});
afterAll(() => provisioned.close());

function run(name: string, number: number) {
  const clients = { ...provisioned, names, sandbox: noSandbox };
  const handler = ${identifier}Handler();
  return runJob(clients, ${identifier}, handler, { name, number });
}

test("a job is completed once; the same job again is recognised", async () => {
  expect(await run("Ann", 1)).toMatchObject({ outcome: "completed", replayed: false });
  expect(await run("Ann", 1)).toMatchObject({ outcome: "completed", replayed: true });
});

test("an input that can never succeed is rejected with its reason", async () => {
  expect(await run(" ", 1)).toMatchObject({ outcome: "rejected", code: "blank-name" });
});
`;
