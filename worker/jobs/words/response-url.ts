// Where settled counts may be sent: Slack's own hooks and nowhere else.

/** The URL, if it is one of Slack's and hides nothing beside the host: no port, no user, no password. */
export function responseUrlOf(text: string | null): string | undefined {
  if (text === null || !URL.canParse(text)) return undefined;
  const { protocol, host, username, password, href } = new URL(text);
  const slack = protocol === "https:" && host === "hooks.slack.com" && username === "" && password === "";
  return slack ? href : undefined;
}
