// How old the oldest waiting message of a scene was, from its backlog and what it completed: messages leave in the order they came.
import type { Scene } from "./scenes.ts";

const [lengthSeconds, stepSeconds] = [30 * 60, 10] as const;

/** Age of the oldest message `ago` seconds ago, seconds; zero where none waited. */
export function oldestAt({ backlog, completed }: Scene, ago: number): number {
  if (backlog(ago) === 0) return 0;
  /** Messages that had left by then, and that had come. */
  const left = (at: number): number => {
    let sum = 0;
    for (let time = lengthSeconds; time > at; time -= stepSeconds) sum += completed(time);
    return sum;
  };
  const gone = left(ago);
  let came = ago;
  while (came < lengthSeconds && backlog(came) + left(came) > gone) came += stepSeconds;
  return came - ago;
}
