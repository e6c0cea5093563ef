// A browser without a screen: keeps cookies by host, follows redirects, fills in the forms that it finds.

/** A page that a redirect chain ended at. */
export type Shown = { url: URL; status: number; text: string; headers: Headers };

export type PersonBrowser = {
  /** Opens an address, or a path of the page shown last, and follows redirects. */
  open: (address: string) => Promise<Shown>;
  /** Sends the form of the page shown last whose action contains `action`, with its hidden fields and these. */
  submit: (action: string, fields?: Record<string, string>) => Promise<Shown>;
  /** One request, no redirect followed. */
  request: (address: string, init?: RequestInit) => Promise<Response>;
  cookies: Map<string, string>;
};

/** Opens a browser without cookies. */
export function personBrowser(): PersonBrowser {
  const cookies = new Map<string, string>();
  let shown: Shown | undefined;

  const request = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const answer = await fetch(address, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) keep(cookies, line);
    return answer;
  };

  const follow = async (address: string, init?: RequestInit): Promise<Shown> => {
    let url = new URL(address, shown?.url);
    let answer = await request(url.href, init);
    for (let hops = 0; answer.status >= 300 && answer.status < 400; hops += 1) {
      if (hops > 12) throw new Error(`redirects without end at ${url.href}`);
      url = new URL(answer.headers.get("location") ?? "", url);
      answer = await request(url.href);
    }
    shown = { url, status: answer.status, text: await answer.text(), headers: answer.headers };
    return shown;
  };

  return {
    cookies,
    request,
    open: (address) => follow(address),
    submit: (action, fields = {}) => {
      if (shown === undefined) throw new Error("no page is open");
      const form = formIn(shown.text, action);
      const body = new URLSearchParams({ ...form.fields, ...fields });
      const headers = { origin: shown.url.origin, "sec-fetch-site": "same-origin" };
      return follow(new URL(form.action, shown.url).href, { method: "POST", body, headers });
    },
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const split = pair.indexOf("=");
  const [name, value] = [pair.slice(0, split), pair.slice(split + 1)];
  const gone = attributes.some((each) => /^max-age=0$/i.test(each) || /^expires=.*1970/i.test(each));
  if (gone || value === "") cookies.delete(name);
  else cookies.set(name, value);
}

function formIn(text: string, wanted: string): { action: string; fields: Record<string, string> } {
  for (const [form = "", attributes = ""] of text.matchAll(/<form([^>]*)>[\s\S]*?<\/form>/g)) {
    const action = unescaped(/action="([^"]*)"/.exec(attributes)?.[1] ?? "");
    if (!action.includes(wanted)) continue;
    const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => input);
    const fields = hidden.map((input) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? "",
      unescaped(/value="([^"]*)"/.exec(input)?.[1] ?? ""),
    ]);
    return { action, fields: Object.fromEntries(fields) };
  }
  throw new Error(`the page has no form for ${wanted}`);
}

const unescaped = (text: string) => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** Signs in at a local system's pages. */
export async function signInAs(
  web: string,
  { address, password }: { address: string; password: string },
  path = "/sign-in",
): Promise<{ browser: PersonBrowser; shown: Shown }> {
  const browser = personBrowser();
  await browser.open(`${web}${path}`);
  const shown = await browser.submit("/interaction/", { address, password });
  return { browser, shown };
}
