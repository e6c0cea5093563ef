// A fleet that answers mails, for flow tests: local cloud, triggers, streams, real workers, and an SMTP server.
import { setTimeout as sleep } from "node:timers/promises";
import { simpleParser } from "mailparser";
import nodemailer from "nodemailer";
import { allPass } from "../../../scripts/local/smtp/notification.ts";
import { startReceiving } from "../../../scripts/local/smtp/receiving.ts";
import { outgoingMailSchema } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { startChainCloud } from "../chain-cloud.ts";
import { catalogJobs, jsonLines, queuesCommand } from "../queues-command.ts";
import { silent } from "../sandbox.ts";
import { until } from "../until.ts";

export type MailFleet = Awaited<ReturnType<typeof startMailFleet>>;

/** Starts it without workers. The caller closes it. `address` is the fleet's own. */
export async function startMailFleet(address: string, settings: Record<string, string> = {}) {
  const chain = await startChainCloud();
  const { cloud, clients, names } = chain;
  const { region, accountId } = cloud;
  const smtp = await startReceiving({
    port: 0,
    clients,
    names,
    region,
    accountId,
    log: silent,
    verdicts: () => allPass,
  });
  const transport = nodemailer.createTransport({
    host: "127.0.0.1",
    port: smtp.port,
    ignoreTLS: true,
    pool: true,
  });
  const environment = { FLEET_MAIL_ADDRESS: address, FLEET_MAIL_WAIT_SECONDS: "1", ...settings };

  const mails = async () => (await chain.rows("outgoingMails")).map((item) => outgoingMailSchema.parse(item));
  /** True when no message waits or is in flight and no follow-up is pending. */
  const isQuiet = async () =>
    chain.working() === 0 &&
    (await chain.rows("outbox")).every(({ pending }) => pending === undefined) &&
    chain.working() === 0;

  return {
    ...chain,
    address,
    mails,
    /** Delivers a mail by SMTP. */
    send: (raw: string | Buffer, from: string) =>
      transport.sendMail({ envelope: { from, to: [address] }, raw }),
    startWorker: (id: string) => chain.startWorker(id, environment),
    /** Rows of submissions and refusals, not of references. */
    submissions: async () => (await chain.rows("submissions")).filter(({ state }) => state !== undefined),
    /** The mails that SES accepted, by the id that the fleet gave them. */
    takenById: () => Map.groupBy(cloud.mailbox.list(), ({ tags }) => tags["fleet-mail"] ?? "none"),
    /** Waits until the fleet has been idle at two checks. */
    quiet: async (what: string) => {
      await until(what, async () => (await isQuiet()) && (await sleep(300).then(isQuiet)), 200_000);
    },
    /** The operator's list of ambiguous mails, as the command prints it. */
    listedAmbiguous: async (): Promise<string[]> => {
      const env = { AWS_ENDPOINT_URL: cloud.url, FLEET_NAME: names.fleet };
      const { code, stdout, stderr } = await queuesCommand(env, catalogJobs)(["ambiguous", "--json"]);
      if (code !== 0) throw new Error(`queues ended with ${code}: ${stderr}`);
      return jsonLines(stdout).map(({ mailId }) => String(mailId));
    },
    close: async () => {
      transport.close();
      await smtp.close();
      await chain.close();
    },
  };
}

/**
 * Delivers the mails that one fleet's SES accepts for another fleet's address to that fleet's SMTP server, as the internet
 * would.
 * @param onTheWay may change the bytes of a mail
 * @returns the mails delivered so far, by subject
 */
export function wire(from: MailFleet, to: MailFleet, onTheWay = (raw: Buffer) => raw): { carried: string[] } {
  const carried: string[] = [];
  from.cloud.mailbox.subscribe((mail) => {
    if (!mail.to.includes(to.address)) return;
    void simpleParser(mail.raw).then(({ subject }) => carried.push(subject ?? ""));
    void to.send(onTheWay(mail.raw), mail.from);
  });
  return { carried };
}
