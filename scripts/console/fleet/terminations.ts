// The list of instances that were taken away: when, which, and why. No work is lost with them; many at once explain a longer wait.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { Termination } from "../../status/terminations.ts";
import { dayAndTime } from "../ui/time.ts";

/** Entries that are shown. */
const shown = 8;

/** The list, or a sentence when nothing was taken away; nothing where nobody can tell. */
export function terminationsView(terminations: readonly Termination[] | undefined): Html {
  if (terminations === undefined) return html`<section id="terminations" hidden></section>`;
  const rest = terminations.length - shown;
  return html`<section class="card" id="terminations" aria-labelledby="terminations-title">
    <h2 id="terminations-title">Instances that left, and why</h2>
    ${
      terminations.length === 0
        ? html`<p class="quiet">None that Auto Scaling remembers.</p>`
        : html`<ul class="plain rows">
            ${terminations
              .slice(0, shown)
              .map(
                ({ at, instance, cause }) =>
                  html`<li>${dayAndTime(at)} <strong class="name">${instance}</strong> <span class="detail">${cause}</span></li>`,
              )}
            ${rest > 0 ? html`<li class="quiet">and ${rest} more</li>` : nothing}
          </ul>`
    }
  </section>`;
}
