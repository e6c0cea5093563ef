// A local cloud in which tests send planned mails with the real handler, ledger and SES client, and read what SES accepted.
import { GetCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { vi } from "vitest";
import { type DeclaredRule, ruleFrom } from "../../../scripts/local/gateway/faults.ts";
import { addressHash } from "../../../worker/jobs/mail/answers/address.ts";
import {
  type MailPurpose,
  type OutgoingMail,
  outgoingMailId,
  outgoingMailSchema,
} from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import type { MailSettings } from "../../../worker/jobs/mail/answers/settings.ts";
import { sendMailHandler } from "../../../worker/jobs/mail/send-mail/handler.ts";
import { sendMail } from "../../../worker/jobs/mail/send-mail/job.ts";
import { createClients } from "../../../worker/process/job-clients.ts";
import { noSandbox } from "../no-sandbox.ts";
import { startProvisioned } from "../provisioned.ts";
import { runJob } from "../run-job.ts";
import { never } from "../sandbox.ts";

export const mail: MailSettings = {
  address: "submissions@magazine.example",
  aliases: [],
  editor: "editor@magazine.example",
  answer: "dmarc-pass",
};

export type MailOut = Awaited<ReturnType<typeof startMailOut>>;

/** Starts the cloud. SES has half a second to answer. The caller closes it at the end of the test file. */
export async function startMailOut() {
  const provisioned = await startProvisioned();
  const { cloud, db, s3 } = provisioned;
  const names = await provisioned.provision("mail-out");
  vi.stubEnv("AWS_ENDPOINT_URL", cloud.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  const settings = { region: cloud.region, endpointGiven: true, receives: 1, slots: 1 };
  const clients = createClients({ ...settings, mailAnswerWithinMs: 500 });
  let planned = 0;

  const put = async (table: keyof typeof names.tables, Item: object) => {
    await db.send(new PutCommand({ TableName: names.tables[table], Item: { ...Item } }));
  };

  /** Writes a submission and a planned mail about it, like the commit of parse-mail. */
  const plan = async (more: Partial<OutgoingMail> = {}, submission: object = {}): Promise<OutgoingMail> => {
    planned += 1;
    const submissionId = `submission-${planned}`;
    const purpose: MailPurpose = more.purpose ?? "confirmation";
    const at = "2026-11-02T10:00:00.000Z";
    const row: OutgoingMail = {
      id: outgoingMailId(submissionId, purpose),
      purpose,
      submissionId,
      reference: "K7Q2-9MPD",
      to: purpose === "confirmation" ? `ann${planned}@example.org` : "editor@magazine.example",
      state: "planned",
      round: 1,
      createdAt: at,
      updatedAt: at,
      ...more,
    };
    await put("submissions", { id: submissionId, receivedAt: at, facts: {}, parts: [], ...submission });
    await put("outgoingMails", row);
    return row;
  };

  /** Delivers the mail's job once; `stop` aborts the run. */
  const deliver = (
    { id, to, round }: OutgoingMail,
    settingsNow: MailSettings | null = mail,
    stop: AbortSignal = never,
  ) =>
    runJob(
      { names, s3, db: clients.db, sandbox: noSandbox },
      sendMail,
      sendMailHandler({ ses: clients.ses, settings: settingsNow ?? undefined }),
      { mailId: id, recipientHash: addressHash(to), round },
      undefined,
      stop,
    );

  return {
    cloud,
    names,
    db,
    plan,
    put,
    deliver,
    /** All rows of a table. */
    items: async (table: keyof typeof names.tables) => {
      const { Items = [] } = await db.send(new ScanCommand({ TableName: names.tables[table] }));
      return Items;
    },
    row: async ({ id }: Pick<OutgoingMail, "id">): Promise<OutgoingMail & Record<string, unknown>> => {
      const get = new GetCommand({
        TableName: names.tables.outgoingMails,
        Key: { id },
        ConsistentRead: true,
      });
      return outgoingMailSchema.loose().parse((await db.send(get)).Item);
    },
    /** What SES accepted for a mail, whether the worker knows it or not. */
    taken: ({ id }: Pick<OutgoingMail, "id">) =>
      cloud.mailbox.list().filter(({ tags }) => tags["fleet-mail"] === id),
    /** Makes the next calls to SES fail, one rule per call. */
    breakSes: (...faults: DeclaredRule["fault"][]) => {
      for (const fault of faults)
        cloud.faults.push(ruleFrom({ service: "ses", action: "SendEmail", times: 1, fault }));
    },
    close: async () => {
      vi.unstubAllEnvs();
      clients.destroy();
      await provisioned.close();
    },
  };
}
