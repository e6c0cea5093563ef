// Makes an element equal to another with as few changes as possible, so that focus, selection, open menus and ticked boxes
// survive. Children with a `data-key` are the same element as long as their key is.

/** Fields whose `value` is what they stand for, not what a person has typed. */
const fixedValues: ReadonlySet<string> = new Set(["checkbox", "radio", "hidden", "submit", "button"]);

/** Attributes that belong to the person who looks, not to the server. */
function keptOf(element: Element): readonly string[] {
  if (element instanceof HTMLDetailsElement) return ["open"];
  if (!(element instanceof HTMLInputElement)) return [];
  return fixedValues.has(element.type) ? ["checked"] : ["value"];
}

/** Changes `current` into `next`, which stays as it is. */
export function morph(current: Element, next: Element): void {
  if (current.isEqualNode(next)) return;
  morphAttributes(current, next);
  morphChildren(current, next);
}

function morphAttributes(current: Element, next: Element): void {
  const own = keptOf(current);
  for (const { name } of [...current.attributes])
    if (!next.hasAttribute(name) && !own.includes(name)) current.removeAttribute(name);
  for (const { name, value } of next.attributes)
    if (current.getAttribute(name) !== value && !own.includes(name)) current.setAttribute(name, value);
}

function morphChildren(current: Element, next: Element): void {
  const keyed = new Map<string, Element>();
  for (const child of current.children) {
    const key = child.getAttribute("data-key");
    if (key !== null) keyed.set(key, child);
  }
  let at: ChildNode | null = current.firstChild;
  for (const wanted of next.childNodes) {
    const match = partner(wanted, at, keyed);
    if (match === null) {
      current.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else current.insertBefore(match, at);
    if (isElement(match) && isElement(wanted)) morph(match, wanted);
    else if (match.nodeValue !== wanted.nodeValue) match.nodeValue = wanted.nodeValue;
  }
  while (at !== null) {
    const gone: ChildNode = at;
    at = at.nextSibling;
    gone.remove();
  }
}

/** The node that becomes `wanted`: the one with its key, or the one in its place if it is of the same sort. */
function partner(wanted: ChildNode, at: ChildNode | null, keyed: Map<string, Element>): ChildNode | null {
  const key = keyOf(wanted);
  if (key !== null) {
    const found = keyed.get(key) ?? null;
    keyed.delete(key);
    return found !== null && found.nodeName === wanted.nodeName ? found : null;
  }
  if (at === null || at.nodeName !== wanted.nodeName || keyOf(at) !== null) return null;
  return at;
}

const isElement = (node: Node): node is Element => node.nodeType === Node.ELEMENT_NODE;

const keyOf = (node: Node) => (isElement(node) ? node.getAttribute("data-key") : null);
