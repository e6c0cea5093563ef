// What stands for hooks.slack.com in a campaign: takes settled counts over real HTTP and writes down what arrived. By a
// seeded chance it answers nothing, before or after it has written, or refuses.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../plan/plan.ts";

export type Slack = {
  /** Where it listens. */
  url: string;
  /** How often something arrived, by path. */
  posts: ReadonlyMap<string, number>;
  /** Lets answers get lost from now on, or no longer. */
  disturb: (how: { random: Random; count: (kind: string) => void } | undefined) => void;
  close: () => Promise<void>;
};

/** The path of the address at which the nth message is answered. */
export const answerPath = (n: number): string => `/commands/campaign/${n}`;

const chance = 0.1;

/** Starts it. */
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
