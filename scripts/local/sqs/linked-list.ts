// A doubly linked list whose links are in the items. Appending, removing any item and reading the head take constant
// time, and one item can be in several lists.

export type Links<Item> = { previous: Item | undefined; next: Item | undefined };

export type LinkedList<Item> = {
  head: Item | undefined;
  tail: Item | undefined;
  size: number;
  linksOf: (item: Item) => Links<Item>;
};

/** The links of an item that is in no list. */
export function noLinks<Item>(): Links<Item> {
  return { previous: undefined, next: undefined };
}

/** An empty list. `linksOf` returns an item's links for this list. */
export function linkedList<Item>(linksOf: (item: Item) => Links<Item>): LinkedList<Item> {
  return { head: undefined, tail: undefined, size: 0, linksOf };
}

/** Appends an item that is not in the list. */
export function append<Item>(list: LinkedList<Item>, item: Item): void {
  list.linksOf(item).previous = list.tail;
  list.linksOf(item).next = undefined;
  if (list.tail === undefined) list.head = item;
  else list.linksOf(list.tail).next = item;
  list.tail = item;
  list.size += 1;
}

/** Removes an item that is in the list. */
export function unlink<Item>(list: LinkedList<Item>, item: Item): void {
  const links = list.linksOf(item);
  if (links.previous === undefined) list.head = links.next;
  else list.linksOf(links.previous).next = links.next;
  if (links.next === undefined) list.tail = links.previous;
  else list.linksOf(links.next).previous = links.previous;
  links.previous = undefined;
  links.next = undefined;
  list.size -= 1;
}
