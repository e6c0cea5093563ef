// The words of a message as the person wrote them, from Slack's two ways of sending them: marked-up text, and blocks.

/** Slack sends these three characters as entities ("Formatting text for app surfaces"). Words are counted as written. */
export function unescapeEntities(text: string): string {
  const characters: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => characters[entity] ?? entity);
}

/** The text of a message. Its rich text counts where it has no other; they say the same where it has both. */
export function saidText({ text, blocks }: { text?: string | undefined; blocks?: unknown }): string {
  const written = text === undefined || text.trim() === "" ? richText(blocks) : unescapeEntities(text);
  return written.toWellFormed();
}

type Element = Readonly<Record<string, unknown>>;

const elementsOf = (value: unknown): Element[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "object" && each !== null) : [];

/** Rich text in rich text, as in lists. There is no more ("Rich text block"). */
const mostLevels = 4;

/** The text of rich-text blocks, each section on a line of its own. Mentions and links as Slack writes them in text. */
function richText(blocks: unknown): string {
  const lines = elementsOf(blocks)
    .filter(({ type }) => type === "rich_text")
    .flatMap(({ elements }) => elementsOf(elements).map((section) => textWithin(section, mostLevels)));
  return lines.join("\n");
}

function textWithin(element: Element, levels: number): string {
  const inner = elementsOf(element.elements);
  if (inner.length === 0) return leafText(element);
  const between = element.type === "rich_text_list" ? "\n" : "";
  return levels === 0 ? "" : inner.map((each) => textWithin(each, levels - 1)).join(between);
}

const leaves: Readonly<Record<string, (element: Element) => string>> = {
  text: ({ text }) => string(text),
  link: ({ url, text }) => (string(text) === "" ? `<${string(url)}>` : `<${string(url)}|${string(text)}>`),
  emoji: ({ name }) => `:${string(name)}:`,
  user: ({ user_id }) => `<@${string(user_id)}>`,
  channel: ({ channel_id }) => `<#${string(channel_id)}>`,
  usergroup: ({ usergroup_id }) => `<!subteam^${string(usergroup_id)}>`,
  broadcast: ({ range }) => `<!${string(range)}>`,
  date: ({ fallback }) => string(fallback),
  color: ({ value }) => string(value),
};

const leafText = (element: Element): string => {
  const type = string(element.type);
  return Object.hasOwn(leaves, type) ? (leaves[type]?.(element) ?? "") : "";
};

const string = (value: unknown): string => (typeof value === "string" ? value : "");
