// Which elements of an HTML body readers do not see: those that mail programs hide by their style or attributes.

/** Styles that hide an element. Preheaders are hidden so, often in several ways at once. */
const hidingStyle =
  /(^|;)\s*(display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(\.0+)?\s*(!|;|$)|max-height\s*:\s*0(px)?\s*(!|;|$))/;

/** What hides an element only together: a height or width of nothing, and nothing seen of what overflows it. */
const noSpace = /(^|;)\s*(height|width)\s*:\s*0(px)?\s*(!|;|$)/;
const nothingOver = /(^|;)\s*overflow\s*:\s*hidden/;

const isHiding = (style: string): boolean =>
  hidingStyle.test(style) || (noSpace.test(style) && nothingOver.test(style));

/** A selector of one class and nothing around it. */
const classSelector = /^\s*[a-z0-9]*\.(-?[a-z_][\w-]{0,60})\s*$/;

/** Bytes of style sheets that are read. */
const maxStyleLength = 64 * 1024;

/** Whether attributes hide their element. */
export function hides(attributes: ReadonlyMap<string, string>, hiddenClasses: ReadonlySet<string>): boolean {
  if (attributes.has("hidden")) return true;
  const style = attributes.get("style");
  if (style !== undefined && isHiding(style.slice(0, maxStyleLength).toLowerCase())) return true;
  if (hiddenClasses.size === 0) return false;
  const classes = (attributes.get("class") ?? "").toLowerCase().split(/\s+/);
  return classes.some((name) => hiddenClasses.has(name));
}

/** The classes that a style sheet hides. Rules inside of @-blocks apply to some screens only and are ignored. */
export function classesHiddenBy(sheet: string): string[] {
  const rules = withoutBlocks(sheet.slice(0, maxStyleLength).toLowerCase()).split("}");
  return rules.flatMap((rule) => {
    const [selectors = "", style = ""] = rule.split("{", 2);
    if (!isHiding(style)) return [];
    return selectors.split(",").flatMap((selector) => classSelector.exec(selector)?.[1] ?? []);
  });
}

/** Removes comments and @-blocks with all that they hold. */
function withoutBlocks(sheet: string): string {
  const text = sheet
    .split("/*")
    .map((piece, index) => (index === 0 ? piece : (piece.split("*/")[1] ?? "")))
    .join("");
  let kept = "";
  let depth = 0;
  let skippedAt: number | undefined;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "@" && skippedAt === undefined && depth === 0) {
      kept += text.slice(from, at);
      skippedAt = 0;
    } else if (character === "{") depth += 1;
    else if (character === "}" || (character === ";" && depth === 0)) {
      if (character === "}") depth = Math.max(0, depth - 1);
      if (skippedAt !== undefined && depth === 0) {
        skippedAt = undefined;
        from = at + 1;
      }
    }
  }
  return skippedAt === undefined ? kept + text.slice(from) : kept;
}
