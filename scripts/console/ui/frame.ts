// The frame that all pages of the console share: head, navigation, heading, and the same page as JSON. It has the design
// system of the people's pages (docs/design-system.md).
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { type IconName, icon } from "../../../triggers/web/ui/icons.ts";

/** A page that the header links to. */
export type PageLink = { path: string; name: string; icon: IconName };

/** What the header says on every page. */
export type Frame = {
  fleet: string;
  /** The endpoint, or `AWS`. */
  where: string;
  readOnly: boolean;
  pages: readonly PageLink[];
};

/** The parts of one page. */
export type Framed = {
  frame: Frame;
  title: string;
  /** This page's path. */
  at: string;
  /** Files in /assets/: the page's script beside that of all pages, and style sheets in addition to the console's. */
  script?: string;
  styles?: readonly string[];
  /** Beside the heading. */
  actions?: Html;
  /** Address of the same figures as JSON. */
  json?: string;
  main: Html;
};

/** The whole page. */
export function frameView({ frame, title, at, script, styles = [], actions, json, main }: Framed): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${frame.fleet} · FIFO Fleet</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        ${["tokens.css", "app.css", "console.css", ...styles].map(
          (name) => html`<link rel="stylesheet" href="/assets/${name}" />`,
        )}
        <script type="module" src="/assets/keys.js"></script>
        ${script === undefined ? nothing : html`<script type="module" src="/assets/${script}"></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${header(frame, at)}
        <main id="main" tabindex="-1">
          <p id="connection" class="notice bad" role="alert" hidden></p>
          <div class="heading">
            <h1>${title}</h1>
            ${actions === undefined ? nothing : html`<div class="actions">${actions}</div>`}
          </div>
          ${main}
        </main>
        ${footer(json)}
      </body>
    </html>`;
}

function header({ fleet, where, readOnly, pages }: Frame, at: string): Html {
  return html`<header class="top">
    <a class="brand" href="/">${brandMark} ${fleet}</a>
    <nav class="pages" aria-label="Pages">
      ${pages.map(
        (page) =>
          html`<a href="${page.path}" ${isAt(page, at) ? html`aria-current="page"` : nothing}
            >${icon(page.icon)} <span>${page.name}</span></a
          > `,
      )}
    </nav>
    <p class="place quiet small">
      ${readOnly ? html`<span class="badge accent">read-only</span>` : nothing} <span>${where}</span>
    </p>
  </header>`;
}

const brandMark = html`<span class="mark" aria-hidden="true"><i></i><i></i><i></i></span>`;

const isAt = ({ path }: PageLink, at: string) => path === at || (path !== "/" && at.startsWith(`${path}/`));

function footer(json: string | undefined): Html {
  return html`<footer class="foot quiet small">
    ${json === undefined ? nothing : html`<a href="${json}">This page as JSON</a>`}
    <a href="/help">Help</a>
    <button type="button" class="plain" id="show-keys" hidden>Keys: press ?</button>
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        ${keys.map(
          ([key, does]) => html`<dt><kbd>${key}</kbd></dt>
            <dd>${does}</dd>`,
        )}
      </dl>
      <p><a href="/help">What the words mean, and runbooks</a></p>
      <form method="dialog" class="actions"><button class="button primary">Close</button></form>
    </dialog>
  </footer>`;
}

const keys = [
  ["/", "search for a job or a group"],
  ["j", "next line of the list"],
  ["k", "line before"],
  ["Enter", "open the line"],
  ["n", "next page of the list"],
  ["1 to 9", "page of that place in the header"],
  ["?", "this list"],
] as const;
