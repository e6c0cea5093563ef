// The charset that an HTML body claims in itself, for mails whose header claims none.

/** Bytes in which browsers look for it (HTML standard, "prescan a byte stream to determine its encoding"). */
const prescanned = 1024;

/** The charset of a `meta` element; undefined when there is none. */
export function claimedByMeta(html: Buffer): string | undefined {
  const start = html.toString("latin1", 0, prescanned);
  const claimed = /<meta[^>]{1,300}charset\s*=\s*["']?\s*([\w:.-]{1,40})/i.exec(start)?.[1];
  // Whoever could read the element did not read UTF-16.
  return claimed !== undefined && /^utf-?16/i.test(claimed) ? "utf-8" : claimed;
}
