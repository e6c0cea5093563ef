// Which cores the cloud gets and which the measured side, so that the cloud's work takes none of the measured side's time.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The sides of a benchmark. */
export type Side = "cloud" | "measured";

/** Lists of cores as taskset(1) takes them. */
export type Cores = Readonly<Record<Side, string>>;

/** The numbers in a list such as `0-2,5` (proc(5), Cpus_allowed_list). */
export function coresIn(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** The first core for the cloud and the others for what is measured; undefined where there is only one. */
export function divide(list: string): Cores | undefined {
  const [first, ...others] = coresIn(list);
  return first === undefined || others.length === 0
    ? undefined
    : { cloud: String(first), measured: others.join(",") };
}

/** How this machine's cores are divided; undefined where processes cannot be bound to cores. */
export const cores: Cores | undefined = (() => {
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
    const [, list = ""] =
      /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return divide(list);
  } catch {
    return undefined;
  }
})();

/** Cores on which the measured side runs. */
export const measuredCores = (all: number): number => (cores ? coresIn(cores.measured).length : all);

/** The method, for the head of a report. */
export const division = cores
  ? `the cloud on core ${cores.cloud}, what is measured on core ${cores.measured}`
  : "the cloud on the same cores as what is measured";
