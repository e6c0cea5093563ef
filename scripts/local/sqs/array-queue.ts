// Items in the order in which they came, in one array: added at its end, taken from its front.

/** `items[first]` is at the front; before it are empty places. */
export type ArrayQueue<Item> = { items: (Item | undefined)[]; first: number };

/** How many empty places an array has at least before it is shortened. */
const slack = 16;

/** A queue without items. */
export function arrayQueue<Item>(): ArrayQueue<Item> {
  return { items: [], first: 0 };
}

/** The item that came first of those that are left. */
export function front<Item>({ items, first }: ArrayQueue<Item>): Item | undefined {
  return items[first];
}

/** Takes the item at the front away. Constant time on average: what is left moves once the larger part is gone. */
export function takeFront(queue: ArrayQueue<unknown>): void {
  queue.items[queue.first] = undefined;
  queue.first += 1;
  if (queue.first < slack || 2 * queue.first < queue.items.length) return;
  queue.items = queue.items.slice(queue.first);
  queue.first = 0;
}
