// The provider's pages: sign in, sign out, and an error. They look like the pages they lead to, and work without a script.
import { html, raw } from "hono/html";

type Html = ReturnType<typeof html>;

function frame(title: string, main: Html, script?: string): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · FIFO Fleet</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/tokens.css" />
        <link rel="stylesheet" href="/assets/app.css" />
        ${script && html`<script type="module" src="/assets/${script}"></script>`}
      </head>
      <body>
        <header class="top"><span class="brand"><span class="mark" aria-hidden="true"><i></i><i></i><i></i></span> FIFO Fleet</span></header>
        <main id="main" class="narrow">
          <div class="heading"><h1>${title}</h1></div>
          ${main}
        </main>
      </body>
    </html>`;
}

/** The sign-in form; after a wrong password it says so and keeps the address. */
export function signInPage({
  uid,
  address = "",
  wrong = false,
}: {
  uid: string;
  address?: string;
  wrong?: boolean;
}): Html {
  return frame(
    "Sign in",
    html`<form class="card stack" method="post" action="/interaction/${uid}">
      ${
        wrong
          ? html`<p class="notice bad" role="alert" id="wrong">This address and password do not belong together.</p>`
          : ""
      }
      <div class="field">
        <label for="address">Mail address</label>
        <input id="address" name="address" type="email" autocomplete="username" required value="${address}"
          ${address === "" ? html`autofocus` : ""} />
      </div>
      <div class="field">
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required
          ${wrong ? html`aria-describedby="wrong" aria-invalid="true"` : ""} ${address === "" ? "" : html`autofocus`} />
      </div>
      <p class="hint">npm run local printed the addresses and passwords when it started.</p>
      <button class="button primary">Sign in</button>
    </form>`,
  );
}

/** Asks whether to sign out here as well; a script answers at once. `form` is the library's own hidden form. */
export function signOutPage(form: string): Html {
  return frame(
    "Sign out",
    html`<div class="card stack">
      ${raw(form)}
      <p>Sign out of the sign-in page as well? Otherwise the next sign-in asks for no password.</p>
      <button class="button primary" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
    </div>`,
    "sign-out.js",
  );
}

/** What went wrong. */
export function errorPage(text: string): Html {
  return frame("Sign-in failed", html`<div class="card"><p>${text}</p></div>`);
}
