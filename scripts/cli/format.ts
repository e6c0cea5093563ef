// Lengths of time for people.

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** `42 s`, `7 min`, `3 h`, `2 d`: rounded down to the largest unit that fits. */
export function duration(seconds: number): string {
  for (const [name, length] of units) if (seconds >= length) return `${Math.floor(seconds / length)} ${name}`;
  return `${Math.floor(seconds)} s`;
}
