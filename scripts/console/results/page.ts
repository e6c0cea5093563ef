// The page of results: what jobs of one kind made last, a place to drop pictures where the fleet takes them from here, and
// the most frequent words.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { WordCount } from "../../../worker/jobs/words/word-row.ts";
import type { Outcome } from "../../status/outcomes.ts";
import { revealView } from "../jobs/reveal-view.ts";
import { outcomesView } from "./outcomes.ts";
import { wordSearch, wordsView } from "./words.ts";

/** What the page shows at one moment: outcomes of one kind, or words. */
export type ShownResults =
  | {
      kind: string;
      outcomes: readonly Outcome[];
      uploadsBucket: string;
      masked: boolean;
      reveal: boolean;
    }
  | { words: readonly WordCount[]; masked: boolean; reveal: boolean; asked?: WordCount | undefined };

/** The live part. The page replaces it by its id. */
export function resultsLiveView(shown: ShownResults): Html {
  return "words" in shown ? wordsView(shown.words) : outcomesView(shown.outcomes, shown.uploadsBucket);
}

/** The content of the page. `maxUploadBytes` is undefined where pictures cannot be added. */
export function resultsView(
  shown: ShownResults,
  { kinds, maxUploadBytes }: { kinds: readonly string[]; maxUploadBytes: number | undefined },
): Html {
  const at = "words" in shown ? "words" : shown.kind;
  return html`${maxUploadBytes === undefined ? nothing : uploadView(maxUploadBytes)}
    ${resultsTabs(kinds, at)}
    ${revealView({ ...shown, address: "words" in shown ? "/results/words" : `/results?kind=${shown.kind}` })}
    ${"words" in shown ? wordSearch(shown.asked) : nothing}
    ${resultsLiveView(shown)}`;
}

/** The tabs of all results: of each kind, and those that have a view of their own. */
export function resultsTabs(kinds: readonly string[], at: string): Html {
  const views = [
    { name: "albums", address: "/results/albums" },
    { name: "files", address: "/results/files" },
    { name: "words", address: "/results/words" },
    { name: "submissions", address: "/submissions" },
    ...kinds.map((name) => ({ name, address: `/results?kind=${name}` })),
  ];
  return html`<nav class="tabs" aria-label="Results of">
    ${views.map(
      ({ name, address }) =>
        html`<a href="${address}" ${name === at ? html`aria-current="page"` : nothing}>${name}</a> `,
    )}
  </nav>`;
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
