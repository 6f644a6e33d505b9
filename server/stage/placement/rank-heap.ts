/** An item's position in one heap: its key, and its index in the array; -1 outside. */
export interface Rank {
  key: number;
  index: number;
}

export function unranked(): Rank {
  return { key: 0, index: -1 };
}

/**
 * A binary min-heap whose items store their own position: changing a key or removing an item takes O(log n) without a
 * search, and single items need no map.
 */
export class RankHeap<Item> {
  readonly #items: Item[] = [];
  readonly #rankOf: (item: Item) => Rank;

  constructor(rankOf: (item: Item) => Rank) {
    this.#rankOf = rankOf;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Unordered. */
  get items(): readonly Item[] {
    return this.#items;
  }

  /** Inserts the item, or changes its key. */
  put(item: Item, key: number): void {
    const rank = this.#rankOf(item);
    rank.key = key;
    if (rank.index < 0) {
      rank.index = this.#items.length;
      this.#items.push(item);
      this.#rise(rank.index);
    } else if (!this.#rise(rank.index)) this.#sink(rank.index);
  }

  remove(item: Item): void {
    const rank = this.#rankOf(item);
    const { index } = rank;
    if (index < 0) return;
    rank.index = -1;
    const last = this.#items.pop() as Item;
    if (last === item) return;
    this.#place(last, index);
    if (!this.#rise(index)) this.#sink(index);
  }

  /** The first item when keys may have grown since they were set: outdated ones are moved down first. */
  settledFirst(keyOf: (item: Item) => number): Item | undefined {
    for (;;) {
      const first = this.#items[0];
      if (first === undefined) return undefined;
      const key = keyOf(first);
      if (key <= this.#rankOf(first).key) return first;
      this.put(first, key);
    }
  }

  /** Iterates in order; k items cost O(k log k). The heap must not change meanwhile. */
  *inOrder(): Generator<Item> {
    const next: number[] = this.#items.length > 0 ? [0] : [];
    while (next.length > 0) {
      let best = 0;
      for (let place = 1; place < next.length; place++) {
        if (this.#keyAt(next[place] as number) < this.#keyAt(next[best] as number)) best = place;
      }
      const index = next[best] as number;
      const end = next.pop() as number;
      if (best < next.length) next[best] = end;
      for (const child of [2 * index + 1, 2 * index + 2]) if (child < this.#items.length) next.push(child);
      yield this.#items[index] as Item;
    }
  }

  #keyAt(index: number): number {
    return this.#rankOf(this.#items[index] as Item).key;
  }

  #place(item: Item, index: number): void {
    this.#items[index] = item;
    this.#rankOf(item).index = index;
  }

  #swap(left: number, right: number): void {
    const item = this.#items[left] as Item;
    this.#place(this.#items[right] as Item, left);
    this.#place(item, right);
  }

  #rise(from: number): boolean {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (this.#keyAt(above) <= this.#keyAt(index)) break;
      this.#swap(above, index);
      index = above;
    }
    return index !== from;
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#items.length && this.#keyAt(child) < this.#keyAt(least)) least = child;
      }
      if (least === index) return;
      this.#swap(least, index);
      index = least;
    }
  }
}
