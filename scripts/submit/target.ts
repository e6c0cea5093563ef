// The fleet inputs are submitted to: its stores, and the ways mails and texts reach it.
import { SQSClient } from "@aws-sdk/client-sqs";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { chooseFleet, type Fleet, NoFleet } from "../cli/fleet.ts";
import { createMailSender, type MailSender, smtpAddress } from "./mail/smtp.ts";
import { createStoringSender } from "./mail/stored.ts";

/** A fleet to submit to. */
export type Target = Fleet & { mail: MailWay; slack: SlackWay };

/** How mails are sent in. */
export type MailWay = {
  recipients: { recipients?: readonly string[]; fallback: string };
  /** Connects at the first call. @throws NoMailServer */
  sender: () => Promise<MailSender>;
};

/** How texts are sent in: the URL Slack would post to, and the secret it would sign with. */
export type SlackWay = () => Promise<{ apiUrl: string; signingSecret: string }>;

/** Which fleet, and how mails are sent in. */
export type TargetOptions = {
  aws: boolean;
  smtp?: string | undefined;
  mailBy?: "smtp" | "bucket";
  to?: string | undefined;
  concurrency?: number;
};

/** The recipient of a mail that names none; the local system accepts any. */
const anyDesk = "submissions@magazine.example";

/**
 * Makes the clients of the fleet that is meant; calls nothing.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function chooseTarget(env: NodeJS.ProcessEnv, options: TargetOptions): Target {
  const fleet = chooseFleet(env, options);
  const mail = mailWay(options, fleet);
  const ssm = new SSMClient(fleet.settingsFor("SSM"));
  return {
    ...fleet,
    mail,
    slack: slackWay(ssm, fleet.names, fleet.where),
    destroy: () => {
      ssm.destroy();
      mail.close();
      fleet.destroy();
    },
  };
}

function mailWay(
  { smtp, mailBy = "smtp", to, concurrency = 1 }: TargetOptions,
  { where, s3, names, settingsFor }: Fleet,
): MailWay & { close: () => void } {
  let made: Promise<MailSender> | undefined;
  const connect = async () =>
    mailBy === "smtp"
      ? createMailSender(await smtpAddress(smtp, where), concurrency)
      : createStoringSender({ s3, sqs: new SQSClient(settingsFor("SQS")) }, names);
  return {
    recipients: { ...(to !== undefined && { recipients: [to] }), fallback: anyDesk },
    sender: () => {
      made ??= connect();
      return made;
    },
    close: () => void made?.then((sender) => sender.close()).catch(() => {}),
  };
}

/** Looks the parameters up at the first call. @throws NoFleet when one is missing */
function slackWay(ssm: SSMClient, { fleet, parameters }: ResourceNames, where: string): SlackWay {
  let found: ReturnType<SlackWay> | undefined;
  const find: SlackWay = async () => {
    const { apiUrl: urlName, slackSigningSecrets: secretsName } = parameters;
    const get = new GetParametersCommand({ Names: [urlName, secretsName], WithDecryption: true });
    const { Parameters = [] } = await ssm.send(get);
    const textOfParameter = (wanted: string): string => {
      const [value] = (Parameters.find(({ Name }) => Name === wanted)?.Value ?? "").split(/\s+/);
      if (value) return value;
      throw new NoFleet(`the fleet ${fleet} at ${where} takes no texts: its parameter ${wanted} is missing`);
    };
    return { apiUrl: textOfParameter(urlName), signingSecret: textOfParameter(secretsName) };
  };
  return () => {
    found ??= find();
    return found;
  };
}
