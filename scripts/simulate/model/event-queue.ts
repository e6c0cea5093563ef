// Events by time in a binary heap; events of the same time in the order in which they were added.

type Entry<Event> = { at: number; order: number; event: Event };

/** A queue of events, the earliest first. */
export class EventQueue<Event> {
  readonly #heap: Entry<Event>[] = [];
  #order = 0;

  /** The time of the earliest event; infinity without one. */
  get next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, event: Event): void {
    const heap = this.#heap;
    const entry = { at, order: this.#order++, event };
    let child = heap.length;
    heap.push(entry);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(entry, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = entry;
  }

  /** Removes and returns the earliest event. */
  take(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.event;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && before(right, left)) child += 1;
      const smallest = heap[child];
      if (smallest === undefined || !before(smallest, last)) break;
      heap[parent] = smallest;
      parent = child;
    }
    heap[parent] = last;
    return first.event;
  }
}

const before = <Event>(a: Entry<Event>, b: Entry<Event>): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);
