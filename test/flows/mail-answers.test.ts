// What author and editor get for a mail, in the running system: SMTP in, one mail to each out, none to a machine.
import { simpleParser } from "mailparser";
import nodemailer from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startLocal } from "../support/local-system.ts";
import { header, lines } from "../support/mails/mails.ts";
import { until } from "../support/until.ts";

const sentList = z.object({
  mails: z.array(z.object({ messageId: z.string(), to: z.array(z.string()), raw: z.base64() })),
});

test("a story is confirmed to its author and told to the editor, a vacation reply to neither", async () => {
  const system = await startLocal(["--min-workers", "1"]);
  onTestFinished(async () => void (await system.interrupt()));
  const [host = "", port = ""] = system.ready.smtp.split(":");
  const transport = nodemailer.createTransport({ host, port: Number(port), ignoreTLS: true });
  onTestFinished(() => transport.close());
  const send = (raw: string) =>
    transport.sendMail({ envelope: { from: "ann@example.org", to: ["submissions@magazine.example"] }, raw });
  const sent = async () =>
    sentList.parse(await (await fetch(`${system.ready.aws}/_local/mail/sent`)).json()).mails;

  await send(lines(...header, "Subject: Away", "Auto-Submitted: auto-replied", "", "I am away."));
  await send(lines(...header, "Subject: A story", "", "Once."));
  await until("both mails to be sent", async () => (await sent()).length >= 2, 60_000);
  const mails = await sent();
  expect(mails.map(({ to }) => to.join()).sort()).toEqual(["ann@example.org", "editor@magazine.example"]);
  const raw = mails.find(({ to }) => to.includes("ann@example.org"))?.raw ?? "";
  const confirmation = await simpleParser(Buffer.from(raw, "base64"));
  expect(confirmation.subject).toMatch(/^We have received your submission [0-9A-Z]{4}-[0-9A-Z]{4}$/);
  expect(confirmation.inReplyTo).toBe("<one@example.org>");
});
