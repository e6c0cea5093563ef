// The page of results: what jobs of one kind made last, a place to drop pictures where the fleet takes them from here, and
// the most frequent words.
import { choice } from "../../../triggers/web/ui/field.ts";
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
  if ("words" in shown)
    return html`${resultsTabs("words")} ${revealView({ ...shown, address: "/results/words" })}
      ${wordSearch(shown.asked)} ${resultsLiveView(shown)}`;
  return html`${resultsTabs("outcomes")} ${kindForm(kinds, shown.kind)}
    ${maxUploadBytes === undefined ? nothing : uploadView(maxUploadBytes)}
    ${revealView({ ...shown, address: `/results?kind=${shown.kind}` })} ${resultsLiveView(shown)}`;
}

const views = {
  outcomes: { name: "Last outcomes", address: "/results" },
  albums: { name: "Albums", address: "/results/albums" },
  submissions: { name: "Submissions", address: "/submissions" },
  files: { name: "Files", address: "/results/files" },
  words: { name: "Words", address: "/results/words" },
} as const;

/** The tabs of all results. */
export function resultsTabs(at: keyof typeof views): Html {
  return html`<nav class="tabs" aria-label="Results">
    ${Object.entries(views).map(
      ([key, { name, address }]) =>
        html`<a href="${address}" ${key === at ? html`aria-current="page"` : nothing}>${name}</a> `,
    )}
  </nav>`;
}

/** Chooses of which kind outcomes are shown. */
function kindForm(kinds: readonly string[], kind: string): Html {
  const options = kinds.map((value) => ({ value, label: value }));
  return html`<form class="search chosen" action="/results">
    ${choice({ name: "kind", label: "Kind", value: kind, options })} <button class="button">Show</button>
  </form>`;
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
