// The URLs that settled counts may be sent to: Slack's own hooks and nothing else.

/** The URL if it is one of Slack's, without port, user or password; otherwise undefined. */
export function responseUrlOf(text: string | null): string | undefined {
  if (text === null || !URL.canParse(text)) return undefined;
  const { protocol, host, username, password, href } = new URL(text);
  const slack = protocol === "https:" && host === "hooks.slack.com" && username === "" && password === "";
  return slack ? href : undefined;
}
