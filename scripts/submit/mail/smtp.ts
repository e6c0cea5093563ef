// The mail server to send to, and the connection to it: SMTP, as a foreign mail server would use it.
import type { Readable } from "node:stream";
import { createTransport, type Transporter } from "nodemailer";
import type SMTPPool from "nodemailer/lib/smtp-pool";
import { z } from "zod";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { InputRefused } from "../input-refused.ts";
import type { Envelope } from "./envelope.ts";

/** Sends mails. */
export type MailSender = {
  /** Resolves to the id that the server gave the mail. */
  send: (mail: Readable, envelope: Envelope) => Promise<string>;
  close: () => void;
};

/** There is no known mail server, or the server accepted a mail without saying its id. */
export class NoMailServer extends FleetError {}

const readySchema = z.object({ smtp: z.string().regex(/^[^:]+:\d+$/) });

/**
 * The mail server, `HOST:PORT`.
 * @param given the person's choice, if any
 * @param where the endpoint of a local system, or `AWS`
 * @throws NoMailServer when it is unknown
 */
export async function smtpAddress(given: string | undefined, where: string): Promise<string> {
  if (given !== undefined) return given;
  const unknown = `the mail server of ${where} is unknown; name it with --smtp HOST:PORT`;
  if (where === "AWS") throw new NoMailServer(unknown);
  try {
    const answer = await fetch(new URL("/_local/ready", where), { signal: AbortSignal.timeout(5000) });
    return readySchema.parse(await answer.json()).smtp;
  } catch (cause) {
    throw new NoMailServer(unknown, { cause });
  }
}

/** The answer to an accepted mail, from the local server and from SES: "250 OK" and the message id. */
const accepted = /^250 (?:2\.\d\.\d )?Ok:? (\S+)\s*$/i;

/** Codes from 500 on are permanent (RFC 5321, 4.2.1). @throws InputRefused for these, other errors as they are */
function refusedForGood(error: unknown): never {
  const { responseCode = 0, response = "" } = smtpErrorSchema.safeParse(error).data ?? {};
  if (responseCode < 500) throw error;
  throw new InputRefused(`the mail server refused the mail: ${response || responseCode}`, { cause: error });
}

const smtpErrorSchema = z.object({ responseCode: z.number(), response: z.string().optional() });

/** Opens connections when they are needed, at most `connections`. */
export function createMailSender(address: string, connections: number): MailSender {
  const colon = address.lastIndexOf(":");
  const transport: Transporter<SMTPPool.SentMessageInfo> = createTransport({
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    // The local server offers no TLS. Elsewhere TLS is used where it is offered.
    ignoreTLS: ["127.0.0.1", "localhost"].includes(address.slice(0, colon)),
    // A mail is sent as it is.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (raw, envelope) => {
      const { response } = await transport.sendMail({ raw, envelope }).catch(refusedForGood);
      const id = accepted.exec(response)?.[1];
      if (id === undefined) throw new NoMailServer(`${address} accepted the mail without an id: ${response}`);
      return id;
    },
    close: () => transport.close(),
  };
}
