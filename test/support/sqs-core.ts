// An SQS core on a virtual clock, with the few calls tests are written in.
import { VirtualClock } from "../../scripts/local/clock/clock.ts";
import { createSqsCore, type ReceiveRequest, type SqsCoreOptions } from "../../scripts/local/sqs/core.ts";
import type { Delivery } from "../../scripts/local/sqs/receive.ts";

export function startCore(options: Partial<SqsCoreOptions> = {}) {
  const clock = new VirtualClock();
  const core = createSqsCore({ clock, region: "eu-west-1", accountId: "000000000000", ...options });
  return {
    clock,
    core,
    fifo: (name: string, attributes: Record<string, string> = {}) => {
      core.createQueue(`${name}.fifo`, { FifoQueue: "true", ...attributes });
      return `${name}.fifo`;
    },
    /** Sends a body of the form `group-number` into its group. */
    send: (queue: string, ...bodies: string[]) =>
      bodies.map((body) =>
        core.send(queue, {
          body,
          ...(queue.endsWith(".fifo") && { groupId: body.split("-")[0] ?? "", deduplicationId: body }),
        }),
      ),
    receive: (queue: string, request: ReceiveRequest = {}): Promise<Delivery[]> =>
      core.receive(queue, { max: 10, ...request }),
    bodies: async (queue: string, request: ReceiveRequest = {}) =>
      (await core.receive(queue, { max: 10, ...request })).map(({ message }) => message.body),
  };
}
