// Where mails are taken in, and the connection that hands them in: SMTP, as a stranger's mail server would.
import type { Readable } from "node:stream";
import { createTransport, type Transporter } from "nodemailer";
import type SMTPPool from "nodemailer/lib/smtp-pool";
import { z } from "zod";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { Envelope } from "./envelope.ts";

/** Hands mails in. */
export type MailSender = {
  /** Resolves to the id the server gave the mail. */
  send: (mail: Readable, envelope: Envelope) => Promise<string>;
  close: () => void;
};

/** Nobody takes mails there, or what took one does not say under which id. */
export class NoMailServer extends FleetError {}

const readySchema = z.object({ smtp: z.string().regex(/^[^:]+:\d+$/) });

/**
 * Where mails are taken, `HOST:PORT`.
 * @param given what the person said, if anything
 * @param where the endpoint of a local system, or `AWS`
 * @throws NoMailServer when neither tells
 */
export async function smtpAddress(given: string | undefined, where: string): Promise<string> {
  if (given !== undefined) return given;
  const unknown = `where mails are taken is not known for ${where}; name it with --smtp HOST:PORT`;
  if (where === "AWS") throw new NoMailServer(unknown);
  try {
    const answer = await fetch(new URL("/_local/ready", where), { signal: AbortSignal.timeout(5000) });
    return readySchema.parse(await answer.json()).smtp;
  } catch (cause) {
    throw new NoMailServer(unknown, { cause });
  }
}

/** What a server says of a mail it has taken: our own, and SES ("250 OK" and the message id). */
const taken = /^250 (?:2\.\d\.\d )?Ok:? (\S+)\s*$/i;

/** Makes connections as they are needed, at most so many. */
export function createMailSender(address: string, connections: number): MailSender {
  const colon = address.lastIndexOf(":");
  const transport: Transporter<SMTPPool.SentMessageInfo> = createTransport({
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    // Ours on the laptop offers none; a server that offers it is taken at its word.
    ignoreTLS: ["127.0.0.1", "localhost"].includes(address.slice(0, colon)),
    // A mail is handed in as it is.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (raw, envelope) => {
      const { response } = await transport.sendMail({ raw, envelope });
      const id = taken.exec(response)?.[1];
      if (id === undefined) throw new NoMailServer(`${address} took the mail without its id: ${response}`);
      return id;
    },
    close: () => transport.close(),
  };
}
