// Odd HTTP requests for the console and the control calls: paths, hosts, origins, headers and bodies that a browser never sends.
import { mutateBytes } from "./mutate/bytes.ts";
import { mutateJson } from "./mutate/json.ts";
import type { Choices } from "./random.ts";

/** A request as bytes, and whether it is foreign. PORT stands for the port it is sent to. */
export type Request = { to: "console" | "control"; foreign: boolean; bytes: string };

const paths = [
  ...["/", "/live", "/api/status", "/", "/live", "/api/status", "/", "/live"],
  "/",
  "/live",
  "/api/status",
  "/api/outcomes?kind=resize-image&limit=5",
  "/api/outcomes?limit=-1",
  "/api/outcomes?limit=1e9",
  "/api/uploads",
  "/api/uploads/outcomes",
  "/assets/results.js",
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
export function requestOf(choices: Choices): Request {
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
