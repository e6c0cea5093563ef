// How fast bytes go, and how long the rest will take. Knows no browser.
import { sizeText } from "../../store/words.ts";

/** Only the last seconds count, so that the figure follows the line. */
const windowMs = 10_000;

/** Measures a flow of bytes. */
export class Speed {
  #samples: { at: number; bytes: number }[] = [];

  /** Tells how many bytes have gone in total by now. Less than before begins a new measurement: a part is sent again. */
  add(at: number, bytes: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && bytes < last.bytes) this.#samples = [];
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) <= at - windowMs) this.#samples.shift();
  }

  /** Bytes per second; undefined until there is enough to tell. */
  bytesPerSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < 500) return undefined;
    return (1000 * (last.bytes - first.bytes)) / (last.at - first.at);
  }

  /** Forgets, for example after a pause. */
  reset(): void {
    this.#samples = [];
  }
}

/** A length of time, in its largest unit, or two for hours. */
export function durationText(seconds: number): string {
  if (seconds < 1) return "a moment";
  if (seconds < 60) return counted(Math.ceil(seconds), "second");
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return counted(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return rest === 0 ? counted(hours, "hour") : `${counted(hours, "hour")} ${counted(rest, "minute")}`;
}

const counted = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** Speed and time left: `3.2 MB/s, 2 minutes left`; empty when nothing can be said. */
export function flowText(bytesPerSecond: number | undefined, left: number): string {
  if (bytesPerSecond === undefined || bytesPerSecond < 1) return "";
  return `${sizeText(Math.round(bytesPerSecond))}/s, ${durationText(left / bytesPerSecond)} left`;
}
