// This machine's clock beside the service's: signatures, pauses, ages and redrives compare times of several machines.
import { ListQueuesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type Check, failure, fine, unknown, wrong } from "./finding.ts";

const name = "clock";

/** AWS refuses signatures from five minutes on; a purge trusts clocks to a minute. HTTP tells whole seconds. */
const mostSkewSeconds = 30;

export const checkClock: Check = {
  name,
  look: async ({ sqs, target, now }) => {
    try {
      const { served, asked } = await serverTime(sqs, now);
      if (served === undefined) return [unknown(name, "the service does not tell its time")];
      const seconds = Math.round((asked - served) / 1000);
      if (Math.abs(seconds) <= mostSkewSeconds)
        return [fine(name, "this machine's clock agrees with the service's")];
      const how = `${Math.abs(seconds)} s ${seconds > 0 ? "fast" : "slow"}`;
      return [wrong(name, `this machine's clock is ${how}`, "set it by NTP (timedatectl set-ntp true)")];
    } catch (error) {
      return [failure(name, error, { where: target.where, right: "sqs:ListQueues" })];
    }
  },
};

/** The time in the answer's header, and this machine's in the middle of the call; epoch milliseconds. */
async function serverTime(sqs: SQSClient, now: () => number) {
  const started = now();
  let served: number | undefined;
  const command = new ListQueuesCommand({ MaxResults: 1 });
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers = {} } = (result.response ?? {}) as { headers?: Record<string, string> };
      const at = Date.parse(headers.date ?? headers.Date ?? "");
      served = Number.isNaN(at) ? undefined : at;
      return result;
    },
    { step: "deserialize", priority: "low", name: "readServerTime" },
  );
  await sqs.send(command);
  return { served, asked: (started + now()) / 2 };
}
