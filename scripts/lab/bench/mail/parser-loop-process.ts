// The peers: bare loops of mail parsers over files, as their READMEs show them: the whole mail is read, parsed, and its
// attachments are hashed as the worker does. No sandbox, no limits, no stores, no queue.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LoopPlan, serveLoop } from "../jobs/loop.ts";

type Parse = (mail: Buffer) => Promise<readonly Uint8Array[]>;

const parsers: Readonly<Record<string, () => Promise<Parse>>> = {
  mailparser: async () => {
    const { simpleParser } = await import("mailparser");
    return async (mail) => (await simpleParser(mail)).attachments.map(({ content }) => content);
  },
  "postal-mime": async () => {
    const { default: PostalMime } = await import("postal-mime");
    return async (mail) => {
      const { attachments } = await PostalMime.parse(mail);
      return attachments.map(({ content }) =>
        typeof content === "string" ? Buffer.from(content) : new Uint8Array(content),
      );
    };
  },
};

await serveLoop(async ({ folder, parser }: LoopPlan) => {
  const parse = await parsers[String(parser)]?.();
  if (parse === undefined) throw new RangeError(`no parser is called ${String(parser)}`);
  return async (name) => {
    for (const content of await parse(await readFile(join(folder, name))))
      createHash("sha256").update(content).digest();
  };
});
