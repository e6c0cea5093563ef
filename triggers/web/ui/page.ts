// The frame of every page: head, navigation, notices, footer.
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Visitor } from "../access/visitor.ts";
import { assetAddress } from "../assets.ts";
import type { WebDependencies } from "../dependencies.ts";
import { csrfField } from "../security/csrf.ts";
import { takeNotice } from "./flash.ts";
import { type Html, html, nothing } from "./html.ts";
import { icon } from "./icons.ts";
import { navigation } from "./navigation.ts";
import { noticeView } from "./notice.ts";

/** What a page is made of. */
export type Page = {
  /** For the browser's tab and the heading. */
  title: string;
  main: Html;
  /** Beside the heading: buttons, a search field. */
  actions?: Html;
  /** Client scripts by name, for example `uploads.js`. */
  scripts?: readonly string[];
  /** Style sheets of this page's own, beside the design system's. */
  styles?: readonly string[];
  /** A narrow column, for a page with one question. */
  narrow?: boolean;
  status?: ContentfulStatusCode;
};

/** What the frame needs of a request. */
export type PageRequest = { context: Context; deps: WebDependencies; visitor: Visitor | undefined };

/** Answers with a page. */
export async function pageResponse(request: PageRequest, page: Page): Promise<Response> {
  return request.context.html(frame(request, page), page.status ?? 200);
}

function frame({ context, deps, visitor }: PageRequest, page: Page): Html {
  const address = (name: string) => assetAddress(deps.assets, name);
  const notice = takeNotice(context, deps.settings);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · FIFO Fleet</title>
        <link rel="icon" href="${address("icon.svg")}" type="image/svg+xml" />
        <link rel="stylesheet" href="${address("tokens.css")}" />
        <link rel="stylesheet" href="${address("app.css")}" />
        ${page.styles?.map((name) => html`<link rel="stylesheet" href="${address(name)}" />`)}
        ${visitor && html`<meta name="csrf-token" content="${visitor.csrf}" />`}
        ${page.scripts?.map((name) => html`<script type="module" src="${address(name)}"></script>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${header(visitor, context.req.path)}
        <main id="main" tabindex="-1" class="${page.narrow ? "narrow" : "wide"}">
          <div id="notices" class="notices" aria-live="polite">${notice && noticeView(notice)}</div>
          <div class="heading">
            <h1>${page.title}</h1>
            ${page.actions && html`<div class="actions">${page.actions}</div>`}
          </div>
          ${page.main}
        </main>
      </body>
    </html>`;
}

function header(visitor: Visitor | undefined, path: string): Html {
  return html`<header class="top">
    <a class="brand" href="/">${brandMark} FIFO Fleet</a>
    ${visitor ? html`${navigation(visitor, path)}${account(visitor)}` : nothing}
  </header>`;
}

const brandMark = html`<span class="mark" aria-hidden="true"><i></i><i></i><i></i></span>`;

function account(visitor: Visitor): Html {
  return html`<details class="account menu">
    <summary>
      <span class="avatar" aria-hidden="true">${visitor.initials}</span>
      <span class="unseen">Account of ${visitor.name}</span>
    </summary>
    <div class="menu-content">
      <p class="who"><strong>${visitor.name}</strong><br /><span class="quiet">${visitor.address}</span></p>
      <form method="post" action="/sign-out">
        ${csrfInput(visitor)}
        <button class="plain">${icon("signOut")} Sign out</button>
      </form>
    </div>
  </details>`;
}

/** The hidden field that every form of a signed-in person carries. */
export function csrfInput({ csrf }: Pick<Visitor, "csrf">): Html {
  return html`<input type="hidden" name="${csrfField}" value="${csrf}" />`;
}
