// The frame that all pages of the console share.
import { html } from "hono/html";
import type { Html } from "./html.ts";

/** The parts of one page. */
export type Framed = {
  fleet: string;
  /** Precedes the fleet's name in the title; the first page has none. */
  title?: string;
  /** Files in /assets/: the page's script, and a style sheet in addition to the console's. */
  script?: string;
  style?: string;
  /** Pages that the header links to, by path, this one included. */
  pages: Readonly<Record<string, string>>;
  /** This page's path. */
  at: string;
  /** Shown in the header after the name. */
  top?: Html;
  main: Html;
};

/** The whole page. */
export function frameView({ fleet, title, script, style, pages, at, top, main }: Framed): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title === undefined ? "" : `${title} – `}${fleet} – FIFO Fleet</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/tokens.css" />
        <link rel="stylesheet" href="/assets/console.css" />
        ${style === undefined ? "" : html`<link rel="stylesheet" href="/assets/${style}" />`}
        ${script === undefined ? "" : html`<script type="module" src="/assets/${script}"></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <h1>FIFO Fleet <span class="fleet">${fleet}</span></h1>
          ${navigation(pages, at)} ${top ?? ""}
          <p id="connection" class="connection" role="alert" hidden></p>
        </header>
        <main id="main" tabindex="-1">${main}</main>
      </body>
    </html>`;
}

function navigation(pages: Framed["pages"], at: string): Html {
  const all = Object.entries(pages);
  if (all.length < 2) return html``;
  return html`<nav aria-label="Pages">
    ${all.map(([address, name]) =>
      address === at
        ? html`<a href="${address}" aria-current="page">${name}</a> `
        : html`<a href="${address}">${name}</a> `,
    )}
  </nav>`;
}
