// The verdict as a sentence for people, with the numbers of the same status.
import { plural } from "../cli/format.ts";
import { capacityInWords } from "./capacity.ts";
import type { FleetStatus } from "./fleet-status.ts";
import { isAlive, unattended } from "./verdict.ts";

/** One sentence that explains the verdict. */
export function verdictInWords({
  verdict,
  queues,
  workers,
  capacity,
}: Pick<FleetStatus, "verdict" | "queues" | "workers" | "capacity">): string {
  const waiting = total(queues.map(({ visible }) => visible));
  const inFlight = total(queues.map((queue) => queue.inFlight));
  const alive = workers.filter(isAlive);
  switch (verdict) {
    case "idle":
      return "Nothing waits and nothing runs.";
    case "working":
      return `${count(inFlight, "job")} in flight, ${number(waiting)} waiting.`;
    case "overloaded":
      return `${count(waiting, "job")} ${plural(waiting, "waits", "wait")} for ${count(alive.length, "worker")}: more than the fleet can clear soon.`;
    case "group-bound":
      return `${count(waiting, "job")} ${plural(waiting, "waits", "wait")} behind others of the same group while slots are idle; more workers would not help.`;
    case "workers-dead": {
      const kinds = queues.filter((queue) => unattended(queue, alive)).map(({ kind }) => kind);
      return `There are jobs, but no live worker for ${kinds.join(", ")}.`;
    }
    case "no-capacity":
      return `${count(waiting, "job")} ${plural(waiting, "waits", "wait")}: ${capacity === undefined ? "no instance comes" : capacityInWords(capacity).replace(/\.$/, "")}.`;
    case "poison": {
      const kinds = queues
        .filter(({ dead }) => dead > 0)
        .map(({ kind, dead }) => `${number(dead)} of ${kind}`);
      return `Dead-lettered jobs need attention: ${kinds.join(", ")}.`;
    }
    default:
      return verdict satisfies never;
  }
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
const number = (value: number) => value.toLocaleString("en");
const count = (value: number, noun: string) => `${number(value)} ${plural(value, noun)}`;
