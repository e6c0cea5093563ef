// Small answers of the provider's own pages.
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { html } from "hono/html";
import type { Asset } from "../../../triggers/web/assets.ts";

/** Styles and scripts of the provider itself; its forms lead back to the pages, which have another port. */
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self' http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'";

const headers = {
  "Content-Security-Policy": policy,
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

/** Sends a page. */
export async function sendPage(
  response: ServerResponse,
  page: ReturnType<typeof html>,
  status = 200,
): Promise<void> {
  response.writeHead(status, { ...headers, "Content-Type": "text/html; charset=utf-8" });
  response.end(String(await page));
}

/** Sends a static file, or 404. */
export function sendAsset(response: ServerResponse, asset: Asset | undefined): void {
  if (asset === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { ...headers, "Content-Type": asset.type });
  response.end(asset.body);
}

/** The fields of a short form. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (Number(request.headers["content-length"] ?? Number.NaN) <= 10_000)
    return new URLSearchParams(await text(request));
  return new URLSearchParams();
}
