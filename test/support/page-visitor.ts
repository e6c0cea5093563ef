// A person at the pages as a browser: signs in through the pages' own routes, keeps the cookies, sends the token.
import type { Claims, SignIn } from "../../triggers/web/access/sign-in.ts";
import type { TestWeb } from "./web.ts";

/** A provider at which everybody is who their code says. */
export const trustingProvider = (people: ReadonlyMap<string, Claims>): SignIn => ({
  begin: async () => ({
    address: "http://127.0.0.1:8091/auth",
    checks: { state: "s", nonce: "n", verifier: "v" },
  }),
  finish: async (callback) => {
    const claims = people.get(callback.searchParams.get("code") ?? "");
    if (claims === undefined) throw new Error("no such code");
    return { claims, idToken: "" };
  },
  signOutAddress: async () => "http://127.0.0.1:8091/end",
});

/** A signed-in person. Every method fails unless the answer has the status. */
export type PageVisitor = {
  get: (path: string, status?: number) => Promise<Response>;
  send: (method: string, path: string, body: unknown, status?: number) => Promise<Response>;
  post: (path: string, fields: Record<string, string>, status?: number) => Promise<Response>;
};

const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");

async function expectStatus(answer: Response, path: string, status: number): Promise<Response> {
  if (answer.status === status) return answer;
  throw new Error(`${path} answered ${answer.status}, not ${status}: ${(await answer.text()).slice(0, 300)}`);
}

/**
 * Signs in.
 * @param csrfOf reads the token of the person's session
 */
export async function signInAs(
  web: TestWeb,
  code: string,
  csrfOf: (code: string) => Promise<string>,
): Promise<PageVisitor> {
  const begun = await expectStatus(await web.request("/sign-in"), "/sign-in", 303);
  const callback = `/sign-in/callback?code=${code}&state=s`;
  const finished = await web.request(callback, { headers: { cookie: cookiesOf(begun) } });
  const cookie = cookiesOf(await expectStatus(finished, callback, 303));
  const csrf = await csrfOf(code);
  const { origin } = web.deps.settings;
  const ours = { cookie, origin, "sec-fetch-site": "same-origin", "x-csrf-token": csrf };
  return {
    get: async (path, status = 200) =>
      expectStatus(await web.request(path, { headers: { cookie } }), path, status),
    send: async (method, path, body, status = 200) => {
      const headers = { ...ours, "content-type": "application/json" };
      const answer = await web.request(path, { method, headers, body: JSON.stringify(body) });
      return expectStatus(answer, path, status);
    },
    post: async (path, fields, status = 303) => {
      const body = new URLSearchParams({ csrf, ...fields });
      return expectStatus(await web.request(path, { method: "POST", headers: ours, body }), path, status);
    },
  };
}

/** Sends a file by the form that the pages issued. */
export async function sendForm(
  { url, fields }: { url: string; fields: Record<string, string> },
  bytes: Buffer,
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(bytes)]), "file");
  return fetch(url, { method: "POST", body: form });
}
