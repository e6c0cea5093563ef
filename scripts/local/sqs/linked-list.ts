// A doubly linked list whose links are in the items themselves. Appending, removing any item and reading the head take
// constant time. An item is in one list at most.

/** What an item needs for a list of its kind; both undefined while it is in none. */
export type Linked<Item> = { previous: Item | undefined; next: Item | undefined };

export type LinkedList<Item extends Linked<Item>> = {
  head: Item | undefined;
  tail: Item | undefined;
  size: number;
};

/** An empty list. */
export function linkedList<Item extends Linked<Item>>(): LinkedList<Item> {
  return { head: undefined, tail: undefined, size: 0 };
}

/** Appends an item that is in no list. */
export function append<Item extends Linked<Item>>(list: LinkedList<Item>, item: Item): void {
  const { tail } = list;
  item.previous = tail;
  item.next = undefined;
  if (tail === undefined) list.head = item;
  else tail.next = item;
  list.tail = item;
  list.size += 1;
}

/** Removes an item that is in the list. */
export function unlink<Item extends Linked<Item>>(list: LinkedList<Item>, item: Item): void {
  const { previous, next } = item;
  if (previous === undefined) list.head = next;
  else previous.next = next;
  if (next === undefined) list.tail = previous;
  else next.previous = previous;
  item.previous = undefined;
  item.next = undefined;
  list.size -= 1;
}
