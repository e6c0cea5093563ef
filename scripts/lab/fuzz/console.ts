// The suite `console`: sends odd HTTP over raw sockets to the console and the control calls of its own local system. Checks
// that no answer is a server error, no foreign host or origin is served, no file leaks, and nothing is changed.
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localControl } from "../../control/local-control.ts";
import { type LocalProcess, startLocalProcess } from "../soak/local-process.ts";
import { mutateBytes } from "./mutate/bytes.ts";
import { mutateJson } from "./mutate/json.ts";
import type { Choices } from "./random.ts";
import type { ReadySuite, RunOutcome } from "./suite.ts";

/** A request as bytes, and whether it is foreign. PORT stands for the port it is sent to. */
type Request = { to: "console" | "control"; foreign: boolean; bytes: string };

const paths = [
  ...["/", "/live", "/api/status", "/", "/live", "/api/status", "/", "/live"],
  "/",
  "/live",
  "/api/status",
  "/api/outcomes?limit=5",
  "/api/outcomes?limit=-1",
  "/api/outcomes?limit=1e9",
  "/api/uploads",
  "/api/uploads/outcomes",
  "/assets/console.js",
  "/assets/../../../package.json",
  "/assets/%2e%2e/%2e%2e/package.json",
  "/assets/..%2f..%2f..%2fetc%2fpasswd",
  "/assets/%00",
  "//etc/passwd",
  "/assets/....//....//etc/passwd",
  "/..",
  "/results/resize-image/0",
  "/results/__proto__/constructor",
  "/results/%ff/%fe",
  `/results/${"a".repeat(3000)}/b`,
  "/results/../../x",
  "/%",
  "/?__proto__[x]=1",
  "*",
  "http://evil.example/",
] as const;

const controlPaths = [
  "/_local/faults",
  "/_local/fleet/signal",
  "/_local/fleet/reclaim",
  "/_local/mail/verdicts",
  "/_local/../x",
  "/_local/%2e",
] as const;

/** Methods, mostly those that the console answers. */
const methods = [
  ...Array.from({ length: 8 }, () => "GET"),
  ...["POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "QUERY", "get"],
];

const ownHosts = ["127.0.0.1:PORT", "localhost:PORT"] as const;
const foreignHosts = [
  "evil.example",
  "evil.example:PORT",
  "127.0.0.1.evil.example",
  "localhost.evil.example:PORT",
  "127.0.0.1:PORT@evil.example",
  "[::1]:PORT",
  "0.0.0.0:PORT",
  "127.1:PORT",
  "",
] as const;
const foreignOrigins = [
  "https://evil.example",
  "null",
  "http://127.0.0.1:1",
  "http://localhost.evil.example",
  "file://",
  "http://127.0.0.1:PORT.evil.example",
] as const;

const types = [
  "application/json",
  "application/json; charset=utf-16",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "",
] as const;

const bodies: readonly unknown[] = [
  { files: [{ name: "a.jpg", size: 5 }] },
  { uploads: [{ key: "a", versionId: "b" }] },
  { uploads: Array.from({ length: 2000 }, () => ({ key: "k", versionId: "v" })) },
  { fault: { kind: "drop-before-apply" } },
  { instance: "i-0", signal: "SIGKILL" },
  { dmarc: "FAIL" },
];

const header = (name: string, value: string) => `${name}: ${value}\r\n`;

/** Makes a request. */
function requestOf(choices: Choices): Request {
  const to = choices.chance(0.75) ? "console" : "control";
  // Control calls under our own name are powerful by design, so only foreign ones are tried.
  const foreign = to === "control" || choices.chance(0.4);
  const byHost = foreign && choices.chance(0.5);
  const host = byHost ? choices.of(foreignHosts) : choices.of(ownHosts);
  const origin = foreign && !byHost ? header("Origin", choices.of(foreignOrigins)) : "";
  const path = choices.of<string>(to === "control" ? controlPaths : paths);
  const json =
    JSON.stringify(choices.chance(0.5) ? mutateJson(choices.of(bodies), choices) : choices.of(bodies)) ?? "";
  const body = choices.chance(0.1)
    ? "x".repeat(choices.of([70_000, 600_000]))
    : choices.chance(0.5)
      ? json
      : "";
  const length = choices.chance(0.9) ? header("Content-Length", String(Buffer.byteLength(body))) : "";
  const odd = choices.chance(0.2)
    ? choices.of([
        header("Transfer-Encoding", "chunked"),
        header("Content-Length", "-1"),
        header("X-Forwarded-Host", "evil.example"),
        header("Cookie", "a".repeat(9000)),
        header("X-A", "\u00ff\u0001"),
        "X-Folded: a\r\n b\r\n",
        header("Expect", "100-continue"),
        header("Range", "bytes=0-0,-1"),
        header("Upgrade", "websocket") + header("Connection", "Upgrade"),
      ])
    : "";
  const method = choices.of(methods);
  const head = `${method} ${path} HTTP/1.1\r\n${header("Host", host)}${origin}${header("Content-Type", choices.of(types))}${length}${odd}`;
  const whole = `${head}${header("Connection", "close")}\r\n${body}`;
  // Mutated bytes may turn a foreign name into ours, so only requests under our own name are mutated.
  const bytes =
    !foreign && choices.chance(0.2)
      ? mutateBytes(Buffer.from(whole, "latin1"), choices).toString("latin1")
      : whole;
  return { to, foreign, bytes };
}

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

const patienceMs = 20_000;
/** The server waits for the rest of an unfinished request. After this long, the socket is half-closed: nothing follows. */
const halfCloseMs = 8000;

/** Sends bytes and reads to the end. Resolves to `silence` when neither an answer nor the end arrives. */
function answerTo(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const end = (result: string) => {
      clearTimeout(late);
      clearTimeout(half);
      socket.destroy();
      resolve(result);
    };
    const late = setTimeout(() => end(answer === "" ? "silence" : answer), patienceMs);
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => end(answer));
    socket.on("close", () => end(answer));
    socket.write(bytes, "latin1");
    const half = setTimeout(() => socket.end(), halfCloseMs);
  });
}
