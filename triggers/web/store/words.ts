// Sizes and times as people read them.

const units = ["bytes", "KB", "MB", "GB", "TB"] as const;

/** A size in words, in steps of 1,024: `3 bytes`, `1.5 MB`. */
export function sizeText(bytes: number): string {
  let [value, step] = [bytes, 0];
  while (value >= 1023.95 && step < units.length - 1) {
    value /= 1024;
    step += 1;
  }
  const digits = step === 0 || value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${bytes === 1 ? "byte" : units[step]}`;
}

/** What is left of a time, in its largest two units: `6 days 3 hours`, `9 minutes`. */
export function timeLeftText(untilMs: number, nowMs: number): string {
  const minutes = Math.floor((untilMs - nowMs) / 60_000);
  if (untilMs <= nowMs) return "expired";
  if (minutes < 1) return "under a minute";
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return joined([days, "day"], [hours, "hour"]);
  if (hours > 0) return joined([hours, "hour"], [rest, "minute"]);
  return joined([rest, "minute"]);
}

function joined(...counts: (readonly [number, string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => countText(count, unit))
    .join(" ");
}

/** A number with its noun: `1 file`, `2 files`, `2 people`. */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

/** A time as text: `2026-11-29 12:04 UTC`. */
export const timeText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
