// The SMTP server on 127.0.0.1: passes a mail on before it acknowledges it, or refuses it as RFC 5321 says. Knows
// neither S3 nor SES.
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";

/** A mail and its envelope. */
export type Envelope = { sender: string; recipients: string[] };

export type SmtpOptions = {
  /** 0 picks a free one. */
  port: number;
  /** The largest accepted mail, announced in the greeting. */
  maxBytes: number;
  /** Stores the mail and resolves to its id. The sender gets its answer after that. */
  accept: (mail: Buffer, envelope: Envelope) => Promise<string>;
  log: Logger;
};

export type SmtpServer = { port: number; close: () => Promise<void> };

/** SES's limit (SES quotas, "Maximum recipients per message" received). */
const mostRecipients = 100;
const closeWithinMs = 1000;

/** An SMTP reply: its code, and its text with the enhanced code (RFC 3463). */
function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/** Starts the server. Rejects when the port is taken. */
export async function startSmtp(options: SmtpOptions): Promise<SmtpServer> {
  const server = new SMTPServer({
    name: "localhost",
    banner: "FIFO Fleet, local mail",
    size: options.maxBytes,
    disabledCommands: ["AUTH", "STARTTLS"],
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: closeWithinMs,
    onRcptTo: (_, session, callback) =>
      session.envelope.rcptTo.length < mostRecipients
        ? callback()
        : callback(refusal(452, `4.5.3 At most ${mostRecipients} recipients per mail`)),
    onData: (stream, session, callback) => {
      receive(options, stream, session).then(
        (id) => callback(null, `2.0.0 Ok ${id}`),
        (error: Error) => callback(error),
      );
    },
  });
  server.on("error", (error) => options.log.warn({ err: error }, "smtp connection failed"));
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => {
      server.server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function receive(
  { accept, maxBytes, log }: SmtpOptions,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Reads a mail to its end even when it is too large: SMTP cannot interrupt a sender.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > maxBytes) throw refusal(552, `5.3.4 The mail is larger than ${maxBytes} bytes`);
  const sender = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
  const recipients = envelope.rcptTo.map(({ address }) => address);
  try {
    return await accept(Buffer.concat(chunks), { sender, recipients });
  } catch (error) {
    log.error({ err: error }, "mail not stored");
    throw refusal(451, "4.3.0 The mail could not be stored; try again later");
  }
}
