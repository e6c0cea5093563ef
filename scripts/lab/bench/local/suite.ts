// The local suite: our SQS on a laptop beside other emulators, in sending and in receiving and deleting, ten messages a call.
import { z } from "zod";
import { type Child, startChild } from "../child.ts";
import { compare, type Figures, reportOf } from "../compare.ts";
import { circumstances, type Suite } from "../suite.ts";
import { type Emulator, emulators } from "./emulators.ts";
import { load } from "./load.ts";

const main = "messages a second";

/** Sends, receives and deletes, and reports messages a second. */
export const suite: Suite = async (options) => {
  const kinds = emulators();
  const running: (Emulator & { name: string })[] = [];
  const client = startChild("./local/client-process.ts", { side: "measured" });
  try {
    for (const [index, { name, start, version }] of kinds.entries()) {
      const emulator = await start(20_500 + (process.pid % 1000) * 10 + index);
      running.push({ ...emulator, name: version ? `${name} ${version(emulator.pid)}` : name });
    }
    // Of code that has run for some seconds, as that of a system in use has. The start is another suite's.
    for (const emulator of running) await pass(client, emulator);
    const contest = (name: string, figures: (emulator: Emulator) => Promise<Figures>) => ({
      name,
      contenders: running.map((each) => ({ name: each.name, measure: () => figures(each) })),
    });
    const contests = [
      contest("send", async (emulator) => (await pass(client, emulator)).send),
      contest("receive and delete", async (emulator) => (await pass(client, emulator)).take),
    ];
    const rows = await compare({ suite: "local", main, contests }, options);
    const { messages, groups, atOnce } = load;
    const title = `${messages} messages of ${groups} groups, ten a call, ${atOnce} calls at once by plain HTTP, ${circumstances({ ...options, latencyMs: 0 })}. A first pass of each server is not counted.`;
    return reportOf(rows, main, title);
  } finally {
    await client.end();
    for (const { end } of running) await end();
  }
};

const phase = z.object({
  messages: z.number(),
  ms: z.number(),
  serverMs: z.number(),
  clientMs: z.number(),
});
const passedSchema = z.object({ send: phase, take: phase });

/** Has the client fill a new queue and empty it. */
async function pass(client: Child, { url, pid }: Emulator): Promise<{ send: Figures; take: Figures }> {
  client.send({ do: "pass", url, pid });
  const { send, take } = await client.receive("passed", passedSchema);
  return { send: figuresOf(send), take: figuresOf(take) };
}

const figuresOf = ({ messages, ms, serverMs, clientMs }: z.output<typeof phase>): Figures => ({
  [main]: (messages * 1000) / ms,
  "server's CPU ms each": serverMs / messages,
  // Where it fills a core, the client is the limit, not the server.
  "client's CPU ms each": clientMs / messages,
});
