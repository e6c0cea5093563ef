// A stand-in for hooks.slack.com: receives waitUntilSettled counts over real HTTP and counts what arrived. With a seeded probability
// it drops the connection, before or after counting the post, or refuses it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../plan/random.ts";

export type Slack = {
  /** Its base URL. */
  url: string;
  /** How many posts arrived, by path. */
  posts: ReadonlyMap<string, number>;
  /** Starts to disturb posts, or stops when given undefined. */
  disturb: (how: { random: Random; count: (kind: string) => void } | undefined) => void;
  close: () => Promise<void>;
};

/** The path that the nth message is answered at. */
export const answerPath = (n: number): string => `/commands/campaign/${n}`;

const chance = 0.1;

/** Starts it on a free port. */
export async function startSlack(): Promise<Slack> {
  const posts = new Map<string, number>();
  let trouble: Parameters<Slack["disturb"]>[0];
  const server = createServer((request, response) => {
    const hit = trouble !== undefined && trouble.random.next() < chance ? trouble : undefined;
    const fault = hit?.random.pick(["slack-lost", "slack-answer-lost", "slack-refuses"] as const);
    if (fault !== undefined) hit?.count(fault);
    request.resume().on("end", () => {
      if (fault === "slack-lost") return request.socket.destroy();
      if (fault === "slack-refuses") return response.writeHead(500).end();
      const path = request.url ?? "";
      posts.set(path, (posts.get(path) ?? 0) + 1);
      if (fault === "slack-answer-lost") return request.socket.destroy();
      return response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    disturb: (how) => {
      trouble = how;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
