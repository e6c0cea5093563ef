// Times and ages on the console's pages. The console runs on the machine whose browser shows it, so its time is theirs.
import { type Html, html } from "../../../triggers/web/ui/html.ts";

/** Hours, minutes and seconds; the whole time is in the element, and in its title the day. */
export function timeOfDay(iso: string): Html {
  const at = new Date(iso);
  const text = at.toLocaleTimeString("en-GB", { hour12: false });
  return html`<time datetime="${iso}" title="${at.toLocaleDateString("en-GB")} ${text}">${text}</time>`;
}

/** Day and time, for what may be older than today. */
export function dayAndTime(iso: string): Html {
  const at = new Date(iso);
  const day = at.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
  return html`<time datetime="${iso}">${day} ${at.toLocaleTimeString("en-GB", { hour12: false })}</time>`;
}

/** An age for a narrow column; a dash when nothing waits or the age is unknown. */
export function ageInWords(seconds: number | null): string {
  if (seconds === null || seconds === 0) return "–";
  return lengthInWords(seconds);
}

/** A length of time: `40 ms`, `0.4 s`, `42 s`, `7 min`, `3 h`, `2 d`. */
export function lengthInWords(seconds: number): string {
  if (seconds > 0 && seconds < 0.1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
