// The suite `console`: sends odd HTTP over raw sockets to the console and the control calls of its own local system. Checks
// that no answer is a server error, no foreign host or origin is served, no file leaks, and nothing is changed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localControl } from "../../control/local-control.ts";
import { type LocalProcess, startLocalProcess } from "../soak/local-process.ts";
import { type Request, requestOf } from "./console-requests.ts";
import { answerTo } from "./raw-http.ts";
import type { ReadySuite, RunOutcome } from "./suite.ts";

/** Starts the system. Closing the suite reports what was changed. */
export async function consoleSuite(): Promise<ReadySuite> {
  const folder = await mkdtemp(join(tmpdir(), "fifo-fleet-fuzz-"));
  const system = await startLocalProcess({
    args: ["--max-workers", "1"],
    environment: {},
    temporaryFolder: folder,
    logFile: join(folder, "local.log"),
  });
  return {
    input: (choices) => Buffer.from(JSON.stringify(requestOf(choices))),
    atOnce: 16,
    run: async (input) => judged(JSON.parse(input.toString()) as Request, system),
    close: async () => {
      const left = await changes(system);
      await system.interrupt();
      await rm(folder, { recursive: true, force: true });
      return left;
    },
  };
}

async function changes({ ready }: LocalProcess): Promise<string[]> {
  const { exits } = await localControl(ready.aws).fleet();
  const { rules } = (await (await fetch(`${ready.aws}/_local/faults`)).json()) as { rules: number };
  const verdicts = JSON.stringify(await (await fetch(`${ready.aws}/_local/mail/verdicts`)).json());
  const page = await fetch(ready.console);
  return [
    ...(exits.length > 0 ? ["a foreign request ended a worker"] : []),
    ...(rules > 0 ? ["a foreign request added faults"] : []),
    ...(verdicts.includes("FAIL") ? ["a foreign request set verdicts"] : []),
    ...(page.status === 200 ? [] : [`the console answers ${page.status} afterwards`]),
  ];
}

async function judged({ to, foreign, bytes }: Request, { ready }: LocalProcess): Promise<RunOutcome> {
  const port = Number(new URL(to === "console" ? ready.console : ready.aws).port);
  const answer = await answerTo(port, bytes.replaceAll("PORT", String(port)));
  // An interim answer says nothing about the final one.
  const final = answer.replace(/^(?:HTTP\/1\.1 1\d\d[^\r]*\r\n\r\n)+/, "");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(final)?.[1] ?? 0);
  const wrong = (what: string): RunOutcome => ({
    name: "wrong",
    finding: { grave: true, what: `${to}: ${what} to ${JSON.stringify(bytes.slice(0, 200))}` },
  });
  if (answer === "silence") return wrong("no answer within 20 s");
  // Node closes the socket without an answer when the request is not HTTP.
  if (status === 0) return final === "" ? { name: "closed" } : wrong("an answer that is not HTTP");
  if (status >= 500 && status !== 501 && status !== 505) return wrong(`answered ${status}`);
  if (foreign && status < 400) return wrong(`answered ${status} to a foreign request`);
  if (/root:x:0|"devDependencies"|import \{ /.test(answer)) return wrong("leaked a file");
  if (to === "console" && status === 200 && !/content-security-policy:/i.test(answer))
    return wrong("answered without its content security policy");
  return { name: `${to} ${status}` };
}
