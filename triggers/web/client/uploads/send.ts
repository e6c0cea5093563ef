// Sends bytes to S3 and reports how many have gone. `fetch` reports nothing while it sends, so this is XMLHttpRequest. The
// browser reads a slice of a file as it sends it: nothing of the file is ever held here.
import { NoAnswer, Refusal } from "../page/api.ts";

/** S3's answer. */
export type Sent = { etag: string | undefined; versionId: string | undefined };

export type Sending = { signal: AbortSignal; onProgress: (bytes: number) => void };

/** A line that carries nothing for this long is given up; the step is tried again. */
const silenceMs = 60_000;

/** Sends a file by a presigned form. */
export function sendForm(
  { url, fields }: { url: string; fields: Record<string, string> },
  file: Blob,
  sending: Sending,
): Promise<Sent> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return send("POST", url, form, file.size, sending);
}

/** Sends a part to a presigned address. */
export function sendPart(url: string, part: Blob, sending: Sending): Promise<Sent> {
  return send("PUT", url, part, part.size, sending);
}

function send(
  method: "POST" | "PUT",
  url: string,
  body: XMLHttpRequestBodyInit,
  size: number,
  { signal, onProgress }: Sending,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    let heard = setTimeout(() => request.abort(), silenceMs);
    const end = (settle: () => void) => {
      clearTimeout(heard);
      signal.removeEventListener("abort", stop);
      settle();
    };
    const stop = () => request.abort();
    signal.addEventListener("abort", stop);
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(heard);
      heard = setTimeout(() => request.abort(), silenceMs);
      onProgress(Math.min(loaded, size));
    };
    request.onload = () => end(() => settleBy(request, resolve, reject));
    request.onerror = () =>
      end(() => reject(new NoAnswer("The connection was lost, or the file cannot be read.")));
    request.onabort = () =>
      end(() => reject(signal.aborted ? signal.reason : new NoAnswer("The line went silent.")));
    request.open(method, url);
    request.send(body);
  });
}

function settleBy(
  request: XMLHttpRequest,
  resolve: (sent: Sent) => void,
  reject: (error: Error) => void,
): void {
  const { status } = request;
  if (status >= 200 && status < 300) {
    const header = (name: string) => request.getResponseHeader(name) ?? undefined;
    resolve({ etag: header("etag"), versionId: header("x-amz-version-id") });
  } else if (status >= 500 || status === 429) reject(new NoAnswer(`The store answered ${status}.`));
  else {
    const code = /<Code>([\w.]+)<\/Code>/.exec(request.responseText)?.[1] ?? String(status);
    reject(new Refusal(status, code, `The store did not take it (${code}).`));
  }
}
