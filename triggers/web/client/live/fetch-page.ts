// Fetches a page as a document. The browser parses it itself and runs nothing in it, so no text is ever made into HTML here.

/** The session has ended: the page's address leads elsewhere. */
export class SignedOut extends Error {}

/** What the page shows is not there any more. */
export class Gone extends Error {}

const timeoutMs = 20_000;

/** The page at an address of ours. @throws SignedOut, Gone */
export function fetchPage(address: string): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.timeout = timeoutMs;
    request.onload = () => {
      const path = new URL(request.responseURL || address, address).pathname;
      if (request.status === 401 || path !== new URL(address).pathname) reject(new SignedOut());
      else if (request.status === 404) reject(new Gone());
      else if (request.status === 200 && request.responseXML !== null) resolve(request.responseXML);
      else reject(new Error(`status ${request.status}`));
    };
    request.onerror = () => reject(new Error("no answer"));
    request.ontimeout = request.onerror;
    request.send();
  });
}
