// Quantities as people read them: sizes, lengths of time, counts with their noun.

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** `42 s`, `7 min`, `3 h`, `2 d`: rounded down in the largest unit that fits. */
export function duration(seconds: number): string {
  for (const [name, length] of units) if (seconds >= length) return `${Math.floor(seconds / length)} ${name}`;
  return `${Math.floor(seconds)} s`;
}

/** `512 B`, `1.5 kB`, `20.0 MB`, in powers of 1000. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `1 job`, `2 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${plural(count, noun)}`;
}

/** The noun in the number the count asks for. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}
