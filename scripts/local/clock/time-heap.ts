// Items ordered by a time, earliest first, with removal from the middle in logarithmic time.

/** An item keeps its own index in the heap; -1 while it is in none. */
export type Timed = { heapIndex: number };

export type TimeHeap<Item extends Timed> = {
  /** Adds the item, or moves it after its time changed. */
  place: (item: Item) => void;
  /** Removes the item if it is in the heap. */
  remove: (item: Item) => void;
  earliest: () => Item | undefined;
};

/** A heap ordered by `timeOf(item)`. An item's time may only change right before it is placed again or removed. */
export function timeHeap<Item extends Timed>(timeOf: (item: Item) => number): TimeHeap<Item> {
  const items: Item[] = [];
  const put = (item: Item, index: number) => {
    items[index] = item;
    item.heapIndex = index;
  };
  const rise = (item: Item, from: number): number => {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent];
      if (above === undefined || timeOf(above) <= timeOf(item)) break;
      put(above, index);
      index = parent;
    }
    put(item, index);
    return index;
  };
  const sink = (item: Item, from: number): void => {
    let index = from;
    for (;;) {
      const left = items[2 * index + 1];
      const right = items[2 * index + 2];
      if (left === undefined) break;
      const useRight = right !== undefined && timeOf(right) < timeOf(left);
      const below = useRight ? right : left;
      if (timeOf(below) >= timeOf(item)) break;
      put(below, index);
      index = 2 * index + (useRight ? 2 : 1);
    }
    put(item, index);
  };
  return {
    place: (item) => sink(item, rise(item, item.heapIndex < 0 ? items.length : item.heapIndex)),
    remove: (item) => {
      const index = item.heapIndex;
      if (index < 0) return;
      item.heapIndex = -1;
      const last = items.pop();
      if (last !== undefined && last !== item) sink(last, rise(last, index));
    },
    earliest: () => items[0],
  };
}
