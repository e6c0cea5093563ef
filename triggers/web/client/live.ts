// Keeps the regions of a page marked `data-live="SECONDS"` up to date. They are rendered by the server only: this asks for the
// page again and takes over what has changed. It stops while nobody looks.

import { fetchPage, Gone, SignedOut } from "./live/fetch-page.ts";
import { morph } from "./live/morph.ts";
import { notify } from "./page/notices.ts";

const slowestMs = 60_000;

const regions = () =>
  [...document.querySelectorAll<HTMLElement>("[data-live]")].filter(({ id }) => id !== "");

let timer: number | undefined;
let failures = 0;
let asking = false;
let ended = false;
let again = false;

/** Milliseconds until the next round: the shortest of the regions, longer after failures. */
function pause(): number {
  const seconds = Math.min(...regions().map(({ dataset }) => Number(dataset.live) || 60));
  return Math.min(slowestMs, seconds * 1000 * 2 ** failures);
}

function plan(): void {
  clearTimeout(timer);
  if (!document.hidden && regions().length > 0) timer = setTimeout(round, pause());
}

/** What to tell when asking again would be in vain. */
function endText(error: unknown): string | undefined {
  if (error instanceof SignedOut) return "You are signed out. Reload the page to sign in again.";
  if (error instanceof Gone) return "This is not here any more. It may have expired or been deleted.";
  return undefined;
}

async function round(): Promise<void> {
  clearTimeout(timer);
  if (ended) return;
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const page = await fetchPage(location.href);
    for (const region of regions()) {
      const next = page.getElementById(region.id);
      if (next !== null) morph(region, next);
    }
    failures = 0;
  } catch (error) {
    const end = endText(error);
    if (end !== undefined) {
      ended = true;
      notify("bad", end);
      return;
    }
    failures = Math.min(6, failures + 1);
  } finally {
    asking = false;
  }
  if (again) {
    again = false;
    void round();
  } else plan();
}

document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : void round()));
addEventListener("online", () => void round());
// Other scripts of the page ask for a round when they know that something has changed.
document.addEventListener("fleet:changed", () => void round());
plan();
