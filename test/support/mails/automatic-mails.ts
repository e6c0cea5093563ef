// Automatic mails, as real programs write them: bounces of several mail systems, receipts, vacation replies, lists,
// newsletters, our own mail returning, and forgeries. Each family has as many variants as requested.
import { seededRandom } from "../../../scripts/local/gateway/faults.ts";

/** A mail and its envelope. */
export type AutomaticMail = {
  family: string;
  raw: string;
  /** The envelope's sender. */
  source: string;
  /** The receiving side's verdicts; all pass by default. */
  verdicts?: Partial<Record<"spf" | "dkim" | "dmarc" | "spam" | "virus", string>>;
};

/** The recipient of all mails. */
export const ours = "submissions@magazine.example";

/** What differs between variants. */
type Variant = {
  n: number;
  /** A person's address that no other mail has. */
  person: string;
  host: string;
  pick: <Value>(...values: [Value, ...Value[]]) => Value;
};

type Family = (variant: Variant) => Omit<AutomaticMail, "family">;

const mail = (headers: readonly string[], ...body: string[]) =>
  `${[...headers, "", ...body].join("\r\n")}\r\n`;
const to = `To: ${ours}`;
const dated = "Date: Mon, 02 Nov 2026 10:00:00 +0000";
const id = ({ n, host }: Variant) => `Message-ID: <auto-${n}@${host}>`;

/** A multipart/report as in RFC 3464 and related RFCs. */
function report(
  variant: Variant,
  headers: readonly string[],
  kind: string,
  fields: readonly string[],
  notice: string,
) {
  const edge = `edge-${variant.n}`;
  const content = `Content-Type: multipart/report; report-type=${kind};\r\n boundary="${edge}"`;
  return mail(
    [...headers, to, dated, id(variant), "MIME-Version: 1.0", content],
    `--${edge}`,
    "Content-Type: text/plain; charset=us-ascii",
    "",
    notice,
    `--${edge}`,
    `Content-Type: message/${kind}`,
    "",
    ...fields,
    `--${edge}`,
    "Content-Type: message/rfc822",
    "",
    `From: ${ours}`,
    "Subject: We have received your submission K7Q2-9MPD",
    "Auto-Submitted: auto-replied",
    "",
    "Thank you.",
    `--${edge}--`,
  );
}

const failed = ({ host, person }: Variant) => [
  `Reporting-MTA: dns; ${host}`,
  "",
  `Final-Recipient: rfc822; ${person}`,
  "Action: failed",
  "Status: 5.1.1",
];

/** The reply of an autoresponder. */
const reply = (variant: Variant, headers: readonly string[], text: string) =>
  mail([...headers, to, dated, id(variant), "In-Reply-To: <confirmation@magazine.example>"], text);

const away = [
  "I am away until Monday.",
  "Ich bin bis Montag nicht im Büro.",
  "Je suis absent.",
  "Estoy de vacaciones.",
];

const families: Readonly<Record<string, Family>> = {
  "postfix bounce": (v) => ({
    source: "",
    raw: report(
      v,
      [
        `From: MAILER-DAEMON@${v.host} (Mail Delivery System)`,
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
      ],
      "delivery-status",
      failed(v),
      v.pick(
        "This is the mail system.",
        "I'm sorry to have to inform you that your message could not be delivered.",
      ),
    ),
  }),
  "postfix delay": (v) => ({
    source: "",
    raw: report(
      v,
      [`From: MAILER-DAEMON@${v.host}`, "Subject: Delayed Mail (still being retried)"],
      "delivery-status",
      failed(v),
      "Delayed.",
    ),
  }),
  "exim bounce": (v) => ({
    source: "",
    raw: mail(
      [
        `X-Failed-Recipients: ${v.person}`,
        "Auto-Submitted: auto-replied",
        `From: Mail Delivery System <Mailer-Daemon@${v.host}>`,
        to,
        "Subject: Mail delivery failed: returning message to sender",
        id(v),
      ],
      "A message that you sent could not be delivered.",
    ),
  }),
  "qmail bounce": (v) => ({
    source: v.pick("", "<>"),
    raw: mail(
      [`From: MAILER-DAEMON@${v.host}`, to, "Subject: failure notice", dated],
      `Hi. This is the qmail-send program at ${v.host}.`,
    ),
  }),
  "sendmail bounce": (v) => ({
    source: "",
    raw: report(
      v,
      [
        `From: Mail Delivery Subsystem <MAILER-DAEMON@${v.host}>`,
        "Subject: Returned mail: see transcript for details",
        "Auto-Submitted: auto-generated (failure)",
      ],
      "delivery-status",
      failed(v),
      "The following addresses had permanent fatal errors",
    ),
  }),
  "exchange non-delivery": (v) => ({
    source: "",
    raw: report(
      v,
      [
        `From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@${v.host}>`,
        `Subject: ${v.pick("Undeliverable", "Unzustellbar", "Non remis")}: Your submission`,
        "X-MS-Exchange-Message-Is-Ndr:",
      ],
      "delivery-status",
      failed(v),
      "Delivery has failed to these recipients or groups:",
    ),
  }),
  "gmail bounce": (v) => ({
    source: "",
    raw: report(
      v,
      [
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Subject: Delivery Status Notification (Failure)",
        "Auto-Submitted: auto-replied",
      ],
      "delivery-status",
      failed(v),
      "Address not found",
    ),
  }),
  "bounce with a sender of its own": (v) => ({
    source: `postmaster@${v.host}`,
    raw: mail(
      [
        `From: ${v.pick("Postmaster", "Mail System")} <postmaster@${v.host}>`,
        to,
        "Subject: Mail could not be delivered",
        id(v),
      ],
      "No such user.",
    ),
  }),
  "return path in the stored mail only": (v) => ({
    source: v.person,
    raw: mail(
      [`Return-Path: ${v.pick("<>", "< >")}`, `From: ${v.person}`, to, "Subject: Your message", id(v)],
      "It was not delivered.",
    ),
  }),
  "read receipt": (v) => ({
    source: v.pick("", v.person),
    raw: report(
      v,
      [`From: ${v.person}`, "Subject: Read: your notification"],
      "disposition-notification",
      ["Disposition: manual-action/MDN-sent-manually; displayed"],
      "Read.",
    ),
  }),
  "abuse report": (v) => ({
    source: `feedback@${v.host}`,
    raw: report(
      v,
      [`From: staff@${v.host}`, "Subject: complaint"],
      "feedback-report",
      ["Feedback-Type: abuse"],
      "This is an abuse report.",
    ),
  }),
  "sieve vacation": (v) => ({
    source: v.pick("", v.person),
    raw: reply(
      v,
      [
        `From: ${v.person}`,
        "Subject: Auto: We have received your submission",
        `Auto-Submitted: ${v.pick("auto-replied", "auto-replied (vacation)", "Auto-Replied", 'auto-replied; owner-email="x@y.z"')}`,
      ],
      v.pick("I am away until Monday.", ...away),
    ),
  }),
  "vacation(1)": (v) => ({
    source: v.person,
    raw: reply(
      v,
      [
        `From: ${v.person}`,
        "Subject: Re: your mail",
        `Precedence: ${v.pick("bulk", "junk", "Bulk", "auto_reply")}`,
      ],
      v.pick("Away.", ...away),
    ),
  }),
  "exchange out of office": (v) => ({
    source: v.pick("", v.person),
    raw: reply(
      v,
      [
        `From: ${v.person}`,
        "Subject: Your submission",
        `X-Auto-Response-Suppress: ${v.pick("All", "DR, OOF, AutoReply", "OOF")}`,
      ],
      "Away.",
    ),
  }),
  "gmail vacation": (v) => ({
    source: v.person,
    raw: reply(
      v,
      [
        `From: ${v.person}`,
        "Subject: Re: your submission",
        "Precedence: bulk",
        "X-Autoreply: yes",
        "Auto-Submitted: auto-replied",
      ],
      "Away.",
    ),
  }),
  "hosting autoresponder": (v) => ({
    source: v.person,
    raw: reply(
      v,
      [
        `From: ${v.person}`,
        "Subject: Thank you",
        v.pick("X-Autorespond: yes", `X-Loop: ${v.person}`, "X-Autoresponder: 1.0", "X-Mail-Autoreply: 2.1"),
      ],
      "We will get back to you.",
    ),
  }),
  "out of office known by its subject only": (v) => ({
    source: v.person,
    raw: reply(
      v,
      [
        `From: ${v.person}`,
        `Subject: ${v.pick("Automatic reply: Your submission", "Out of Office: Your submission", "Automatische Antwort: Ihre Einsendung", "=?utf-8?Q?R=C3=A9ponse_automatique?= : Votre envoi", "Respuesta automática: envío", "Risposta automatica: invio", "Autosvar: Dit bidrag", "Auto-Reply: hello", "Automatisch antwoord: inzending", "Abwesenheitsnotiz", "=?utf-8?B?6Ieq5YuV5b+c562U?=")}`,
      ],
      "Away.",
    ),
  }),
  "marks in unusual writing": (v) => ({
    source: v.person,
    raw: reply(
      v,
      [
        `From: ${v.person}`,
        "Subject: Hello",
        v.pick(
          "AUTO-SUBMITTED:   Auto-Generated",
          "auto-submitted:\r\n\tauto-replied",
          "Auto-Submitted: (yes) auto-notified",
          "Auto-Submitted: no\r\nAuto-Submitted: auto-replied",
          "Auto-Submitted: auto-x-of-our-own",
          "Precedence: first-class\r\nPrecedence: junk",
        ),
      ],
      "Away.",
    ),
  }),
  "mailing list": (v) => ({
    source: `stories-bounces+ann=example.org@${v.host}`,
    raw: mail(
      [
        `From: ${v.person}`,
        to,
        "Subject: [stories] Hello",
        `List-Id: Stories <stories.${v.host}>`,
        `List-Unsubscribe: <mailto:x@${v.host}>`,
        "Precedence: list",
        id(v),
      ],
      "A post.",
    ),
  }),
  "list known by one header": (v) => ({
    source: v.person,
    raw: mail(
      [
        `From: ${v.person}`,
        to,
        "Subject: Hello",
        v.pick(
          `List-Post: <mailto:x@${v.host}>`,
          "List-Help: <mailto:x@y.z>",
          "List-Owner: <mailto:x@y.z>",
          "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ),
        id(v),
      ],
      "A post.",
    ),
  }),
  "list's own address": (v) => ({
    source: v.pick(
      `owner-stories@${v.host}`,
      `stories-request@${v.host}`,
      `majordomo@${v.host}`,
      `stories-owner@${v.host}`,
    ),
    raw: mail([`From: ${v.person}`, to, "Subject: Welcome", id(v)], "You are subscribed."),
  }),
  "address nobody reads": (v) => {
    const local = v.pick(
      "no-reply",
      "noreply",
      "do-not-reply",
      "donotreply",
      "notifications",
      "NoReply",
      "alerts",
      "root",
      "auto-reply",
    );
    return {
      source: `${local}@${v.host}`,
      raw: mail([`From: Shop <${local}@${v.host}>`, to, "Subject: Your order", id(v)], "Thank you."),
    };
  },
  "our own mail come back": (v) => {
    const from = v.pick(
      ours,
      "Submissions+x@Magazine.example",
      "editor@magazine.example",
      "anybody@mail.magazine.example",
    );
    return {
      source: from,
      raw: mail([`From: ${from}`, to, "Subject: New submission", id(v)], "A submission has arrived."),
    };
  },
  "forged sender": (v) => ({
    source: v.person,
    verdicts: { dmarc: v.pick("FAIL", "GRAY", "PROCESSING_FAILED"), spf: v.pick("FAIL", "PASS") },
    raw: mail([`From: ${v.person}`, to, "Subject: A story", id(v)], "Answer this to a victim."),
  }),
  "forged return path, blind copies, spam": (v) =>
    v.pick(
      {
        source: `victim${v.n}@elsewhere.example`,
        verdicts: { spf: "FAIL" },
        raw: mail(
          [`From: ${v.person}`, to, "Subject: A story", id(v)],
          "DMARC passes by DKIM; the envelope names a victim.",
        ),
      },
      {
        source: v.person,
        raw: mail([`From: ${v.person}`, "To: undisclosed-recipients:;", "Subject: Offer", id(v)], "Buy."),
      },
      {
        source: v.person,
        raw: mail([`From: ${v.person}`, `To: x@${v.host}`, `Bcc: ${ours}`, "Subject: Offer", id(v)], "Buy."),
      },
      {
        source: v.person,
        verdicts: { spam: "FAIL" },
        raw: mail([`From: ${v.person}`, to, "Subject: Offer", id(v)], "Buy."),
      },
      {
        source: v.person,
        verdicts: { virus: "FAIL" },
        raw: mail([`From: ${v.person}`, to, "Subject: Invoice", id(v)], "Open."),
      },
      { source: v.person, raw: mail([to, "Subject: no From at all", id(v)], "x") },
    ),
};

/** Makes `each` variants of every family. The same seed gives the same mails. */
export function automaticMails(each: number, seed = 1): AutomaticMail[] {
  const random = seededRandom(seed);
  return Object.entries(families).flatMap(([family, write], index) =>
    Array.from({ length: each }, (_, turn) => {
      const n = index * each + turn;
      const host = `mx${n}.host-${n % 7}.example`;
      const pick: Variant["pick"] = (...values) => values[Math.floor(random() * values.length)] ?? values[0];
      return { family, ...write({ n, host, person: `person${n}@people-${n % 5}.example`, pick }) };
    }),
  );
}
