// Pictures from anyone, without signing in: a setting, off unless an operator turns it on. Off, the addresses do not exist.
// Who sends one sees what becomes of it, and no other picture.
import * as z from "zod";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { html } from "../ui/html.ts";
import { type Page, pageResponse } from "../ui/page.ts";
import { uploadArea } from "../ui/upload-area.ts";
import { acceptedPictures, maxPictureBytes, pictureFormats } from "./accept.ts";
import { formSchema, issuePicture, outcomesSchema, sentSchema, wishSchema } from "./api.ts";
import { outcomesOf } from "./outcomes.ts";
import { anonymous, pictureKey } from "./places.ts";
import { formFor } from "./transfer.ts";

function checkAllowed({ settings }: WebDependencies): void {
  if (!settings.files.anonymousPictures) throw new NotFound();
}

/** The routes. */
export const anonymousRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/send-pictures",
    access: "public",
    anonymous: true,
    summary: "Sends pictures without signing in",
    handle: (visit) => {
      checkAllowed(visit.deps);
      return pageResponse(visit, sendView(visit.deps.settings.origin));
    },
  }),
  route({
    method: "POST",
    path: "/send-pictures/curl",
    access: "public",
    anonymous: true,
    summary: "A form as options of curl, to send one picture by one line",
    inputs: { body: z.object({ name: z.string().min(1).max(255) }) },
    handle: async ({ context, deps, body }) => {
      checkAllowed(deps);
      const key = pictureKey(anonymous, { name: body.name, album: "", random: deps.random(12) });
      const contentType = "application/octet-stream";
      return context.text(curlOptions(await formFor(deps, { owner: anonymous, key, contentType })));
    },
  }),
  route({
    method: "POST",
    path: "/api/v1/anonymous-pictures/uploads",
    access: "public",
    anonymous: true,
    summary: "Announces a picture without signing in and gets the form to send it with",
    inputs: { body: wishSchema },
    answer: formSchema,
    answers: 201,
    handle: async ({ context, deps, body }) => {
      checkAllowed(deps);
      return context.json(await issuePicture(deps, anonymous, { ...body, album: "" }), 201);
    },
  }),
  route({
    method: "POST",
    path: "/api/v1/anonymous-pictures/outcomes",
    access: "public",
    anonymous: true,
    summary: "What became of pictures that were sent without signing in",
    inputs: { body: sentSchema },
    answer: outcomesSchema,
    handle: async ({ context, deps, body }) => {
      checkAllowed(deps);
      return context.json({ outcomes: await outcomesOf(deps, anonymous, body.uploads) });
    },
  }),
];

/** A form as a configuration file of curl; `-F file=@NAME` after it adds the picture. */
function curlOptions({ url, fields }: { url: string; fields: Record<string, string> }): string {
  const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const lines = Object.entries(fields).map(([name, value]) => `form-string = ${quoted(`${name}=${value}`)}`);
  return `${[`url = ${quoted(url)}`, ...lines].join("\n")}\n`;
}

function sendView(origin: string): Page {
  return {
    title: "Send pictures",
    narrow: true,
    styles: ["uploads.css"],
    scripts: ["pictures.js"],
    main: html`${uploadArea({
      purpose: "anonymous-pictures",
      title: "Drop pictures here",
      hint: `${pictureFormats}, each at most ${maxPictureBytes / 1024 ** 2} MB. Only the people who run this fleet see them.`,
      accept: acceptedPictures,
    })}
      <details class="card">
        <summary>From a terminal</summary>
        <pre tabindex="0"><code>curl -fsS -d name=photo.jpg ${origin}/send-pictures/curl | curl -fsS -K - -F file=@photo.jpg</code></pre>
      </details>`,
  };
}
