// Hostile containers in mails, for the suites `tnef` and `nested`: winmail.dat mutated before it is encoded; messages mutated
// at every level of nesting; S/MIME containers, documents and calendars mutated as bytes.
import {
  binary,
  compressedData,
  compressedRtf,
  embedded,
  envelopedData,
  signedData,
  streamedSignedData,
  string8,
  tnef,
  unicode,
  wide,
} from "../../../test/support/mails/containers.ts";
import { attached, type MailPart, multipart, textPart } from "../../../test/support/mails/mails.ts";
import { type Mutation, mostBytes, mutateBytes, writeEdge } from "./mutate/bytes.ts";
import { mutateMail } from "./mutate/mail.ts";
import type { Choices } from "./random.ts";
import { mailSeeds } from "./seeds.ts";

const titled = (title: string, text: string) => ({ title: Buffer.from(title), bytes: Buffer.from(text) });

/** TNEF of every kind. */
export function tnefSeeds(): Buffer[] {
  const message = [
    { type: string8, id: 0x1000, data: Buffer.from("A text.\0") },
    { type: binary, id: 0x1013, data: Buffer.from("<p>A text.</p>") },
    { type: binary, id: 0x1009, data: compressedRtf("{\\rtf1 A text that is compressed}") },
    { type: 3, id: 0x8001, data: Buffer.alloc(4, 1), named: "name" },
    { type: 0x1003, id: 0x6001, data: Buffer.from("020000000100000002000000", "hex") },
  ];
  const named = {
    ...titled("LONG~1.TXT", "x"),
    more: [{ type: unicode, id: 0x3707, data: wide("A long name.txt") }],
  };
  const inner = tnef([titled("inner.txt", "inner")], { message });
  const nested = { title: Buffer.from("message"), more: [embedded(inner)] };
  return [
    tnef([titled("story.txt", "Once.")]),
    tnef([named, titled("two.bin", "\0\0")], { message, codePage: 1251 }),
    tnef([nested], { message }),
    tnef([{ title: Buffer.from("message"), more: [embedded(tnef([nested]))] }]),
    inner,
  ];
}

/** Mutates TNEF: its lengths and counts more often than other bytes, since everything follows from them. */
const mutateTnef: Mutation = (bytes, choices) => {
  let mutated = Buffer.from(bytes);
  for (let times = 1 + choices.below(4); times > 0; times -= 1) {
    if (choices.chance(0.5)) mutated = Buffer.from(mutateBytes(mutated, choices));
    else if (mutated.length > 12) writeEdge(mutated, 6 + choices.below(mutated.length - 6), choices);
  }
  return mutated.subarray(0, mostBytes / 2);
};

/** Makes a mail with a mutated winmail.dat. */
export function tnefMail(choices: Choices): Buffer {
  const container = mutateTnef(choices.of(tnefSeeds()), choices);
  const type = choices.of(["application/ms-tnef", "application/octet-stream"]);
  const parts = [attached(container, "winmail.dat", { type })];
  return Buffer.from(multipart(choices.chance(0.5) ? [textPart("See below."), ...parts] : parts));
}

/** Files whose content is looked at. */
function looked(choices: Choices): MailPart {
  const inner = Buffer.from(multipart([textPart("inner"), attached(Buffer.from("x"), "x.bin")]));
  const seeds: readonly (readonly [string, string, Buffer])[] = [
    ["application/pkcs7-mime", "smime.p7m", signedData(inner)],
    ["application/pkcs7-mime", "smime.p7m", streamedSignedData(inner)],
    ["application/pkcs7-mime", "smime.p7z", compressedData(inner)],
    ["application/pkcs7-mime", "smime.p7m", envelopedData()],
    ["application/pkcs7-mime", "smime.p7m", signedData(signedData(inner))],
    ["application/zip", "story.docx", Buffer.from("504b0304140000000000", "hex")],
    [
      "application/msword",
      "story.doc",
      Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(1500, 1)]),
    ],
    [
      "text/calendar",
      "",
      Buffer.from("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR"),
    ],
    ["application/x-msdownload", "a.exe", Buffer.from("4d5a".padEnd(200, "0"), "hex")],
  ];
  const [type, name, bytes] = choices.of(seeds);
  return attached(mutateBytes(bytes, choices), name, { type, ...(name === "" && { parameter: "x=y" }) });
}

/** Makes a mail with mutated messages in mutated messages. */
export function nestedMail(choices: Choices): Buffer {
  if (choices.chance(0.4))
    return Buffer.from(multipart([textPart("See below."), looked(choices), looked(choices)]));
  let mail = mutateMail(choices.of(mailSeeds()), choices);
  for (let level = choices.below(8); level >= 0; level -= 1) {
    const body = mail.toString("latin1").replace(/(--|=")edge\b/g, `$1in${level}`);
    const message: MailPart = { header: ["Content-Type: message/rfc822"], body };
    const around = Buffer.from(multipart([textPart(`level ${level}`), message, looked(choices)]), "latin1");
    mail = choices.chance(0.3) ? mutateMail(around, choices) : around;
  }
  return mail.subarray(0, mostBytes);
}
