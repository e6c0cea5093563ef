// The consumers under test, as data: their names, their slots and their modules.
import type { StartConsumer } from "./consumer.ts";

/** The module of every consumer, loaded only in the consumer's own process. */
export const modules: Record<string, () => Promise<{ start: StartConsumer }>> = {
  fleet: () => import("./competitors/fleet.ts"),
  "sqs-consumer": () => import("./competitors/sqs-consumer.ts"),
  "sqs-consumer-batch": () => import("./competitors/sqs-consumer-batch.ts"),
  squiss: () => import("./competitors/squiss.ts"),
  bare: () => import("./competitors/bare-loop.ts"),
};

/** One row per workload. */
export type Contender = {
  name: string;
  consumer: keyof typeof modules & string;
  slots: number;
  ours: boolean;
  ledger: boolean;
};

const contender = (name: string, consumer: string, slots: number): Contender => ({
  name: `${name} @${slots}`,
  consumer,
  slots,
  ours: consumer === "fleet",
  ledger: name.includes("ledger"),
});

/** All rows, fewest slots first. */
export const contenders: Contender[] = [
  contender("fifo-fleet queue", "fleet", 10),
  contender("sqs-consumer handleMessage", "sqs-consumer", 10),
  contender("sqs-consumer batch", "sqs-consumer-batch", 10),
  contender("bare SDK", "bare", 10),
  contender("fifo-fleet queue", "fleet", 40),
  contender("fifo-fleet with ledger", "fleet", 40),
  contender("squiss-ts", "squiss", 40),
  contender("sqs-consumer batch", "sqs-consumer-batch", 40),
  contender("bare SDK", "bare", 40),
  contender("fifo-fleet queue", "fleet", 80),
  contender("sqs-consumer batch", "sqs-consumer-batch", 80),
];
