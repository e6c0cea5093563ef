// Sends pictures: a form for each, then asks for the outcome of the job.

import { headBytes, pictureProblem } from "../../pictures/accept.ts";
import { call, Refusal } from "../page/api.ts";
import { sendForm } from "./send.ts";
import { step } from "./steps.ts";
import type { Carrier, Upload } from "./upload.ts";

type Form = { id: string; url: string; fields: Record<string, string> };
type Outcome = {
  id: string;
  state: "waiting" | "ready" | "refused" | "failed";
  reason?: string;
  notes?: string[];
};

/** Outcomes asked for in one call, and the number the API takes. */
const askedAtOnce = 50;

/**
 * A carrier of pictures.
 * @param base the API's path: `/api/v1/pictures` or that for people without a session
 * @param album the album that is chosen now
 */
export function pictureCarrier(base: string, album: () => string): Carrier {
  return {
    problem: async (file) => {
      const head = new Uint8Array(await file.slice(0, headBytes).arrayBuffer());
      return pictureProblem({ name: file.name, type: file.type, bytes: file.size, head });
    },
    send: async (upload, file, signal, changed) => {
      const body = { name: file.name.slice(0, 255), type: file.type, bytes: file.size, album: album() };
      const form = await step(signal, () => call<Form>("POST", `${base}/uploads`, { body, signal }));
      upload.id = form.id;
      const onProgress = (bytes: number) => {
        upload.sent = bytes;
        changed();
      };
      const { versionId } = await step(signal, () => sendForm(form, file, { signal, onProgress }));
      if (versionId === undefined) throw new Refusal(502, "no-version", "The store did not name a version.");
      upload.versionId = versionId;
    },
    outcomes: async (uploads) => {
      const asked = uploads.filter(isSent).slice(0, askedAtOnce);
      if (asked.length === 0) return;
      const body = { uploads: asked.map(({ id, versionId }) => ({ id, versionId })) };
      const { outcomes } = await call<{ outcomes: Outcome[] }>("POST", `${base}/outcomes`, { body });
      for (const [index, outcome] of outcomes.entries()) settle(asked[index], outcome);
    },
  };
}

const isSent = (upload: Upload): upload is Upload & { id: string; versionId: string } =>
  upload.id !== undefined && upload.versionId !== undefined;

function settle(upload: Upload | undefined, { state, reason = "", notes = [] }: Outcome): void {
  if (upload === undefined || state === "waiting") return;
  upload.state = state === "ready" ? "done" : state;
  upload.text = notes.length > 0 ? `Ready. ${notes.join(" ").replace(/\.$/, "")}` : reason;
}
