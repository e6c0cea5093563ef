// The console's first page: fixed parts around the live parts, which are renewed every two seconds.
import { html } from "hono/html";
import type { WordCount } from "../../../../worker/jobs/words/word-row.ts";
import type { FleetStatus } from "../../../status/fleet-status.ts";
import type { Outcome } from "../../../status/outcomes.ts";
import { troubleInWords, unconfinedInWords } from "../../../status/troubles.ts";
import { verdictInWords } from "../../../status/verdict-words.ts";
import { type Framed, frameView } from "./frame.ts";
import type { Html } from "./html.ts";
import { outcomesView } from "./outcomes.ts";
import { queuesView } from "./queues.ts";
import { wordsView } from "./words.ts";
import { workersView } from "./workers.ts";

/** Everything the page shows at one moment. */
export type Shown = {
  fleet: string;
  uploadsBucket: string;
  status: FleetStatus;
  outcomes: readonly Outcome[];
  /** The most frequent words, the most frequent first. */
  words: readonly WordCount[];
};

/** The live parts. The page replaces each by its id. */
export function liveView({ status, outcomes, uploadsBucket, words }: Shown): Html {
  return html`${verdictView(status)} ${queuesView(status.queues)} ${workersView(status.workers, status.scaling)}
  ${outcomesView(outcomes, uploadsBucket)} ${wordsView(words)}`;
}

/** The whole page. */
export function pageView(shown: Shown, maxUploadBytes: number, pages: Framed["pages"]): Html {
  const { fleet, status } = shown;
  const main = html`${uploadView(maxUploadBytes)} ${queuesView(status.queues)} ${workersView(status.workers, status.scaling)}
  ${outcomesView(shown.outcomes, shown.uploadsBucket)} ${wordsView(shown.words)}`;
  return frameView({ fleet, pages, at: "/", script: "console.js", top: verdictView(status), main });
}

function verdictView(status: FleetStatus): Html {
  const { verdict } = status;
  const unconfined = unconfinedInWords(status.workers);
  return html`<p id="verdict" class="verdict ${verdict}">
    <strong>${verdict}</strong> <span>${verdictInWords(status)}</span>
    ${status.troubles.map((trouble) => html`<span class="trouble">${troubleInWords(trouble)}.</span>`)}
    ${unconfined === undefined ? "" : html`<span class="trouble">${unconfined}.</span>`}
  </p>`;
}

function uploadView(maxBytes: number): Html {
  return html`<section class="card" id="uploads" aria-labelledby="uploads-title" data-max-bytes="${maxBytes}">
    <h2 id="uploads-title">Add pictures</h2>
    <div class="drop" id="drop">
      <label for="files">Drop pictures here, or choose them</label>
      <input type="file" id="files" multiple />
      <p class="hint">JPEG, PNG, WebP, GIF, AVIF or TIFF, up to ${maxBytes / 1024 / 1024} MiB each.</p>
    </div>
    <ul class="files" id="uploaded" aria-label="Added pictures"></ul>
    <p class="unseen" id="announcement" role="status"></p>
  </section>`;
}
