/**
 * Matches a word against many patterns in linear time: Aho-Corasick over runs of equal letters. A run must be at least
 * as long as in the pattern. It knows no rules and no phrases.
 */

export interface WordPattern {
  /** Folded, not empty. */
  letters: string;
  /** Further letters may precede, or follow. */
  opensStart: boolean;
  opensEnd: boolean;
}

export type PatternId = number;

interface Runs {
  letters: string[];
  lengths: number[];
}

interface Ending extends WordPattern {
  id: PatternId;
  runCount: number;
  /** Runs of more than one letter; every run matches the others. */
  longRuns: { index: number; length: number }[];
}

interface Node {
  next: Map<string, Node>;
  endings: Ending[];
  /** The node of the longest proper suffix that starts a pattern; undefined for the root. */
  suffix: Node | undefined;
  /** The nearest node along the suffixes at which a pattern ends. */
  endingSuffix: Node | undefined;
}

export class WordMatcher {
  readonly #root = createNode();
  readonly #ids = new Map<string, PatternId>();
  #isLinked = false;

  /** Equal patterns share one id. */
  add(pattern: WordPattern): PatternId {
    const key = JSON.stringify(pattern);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    const { letters, lengths } = runsOf(pattern.letters);
    let node = this.#root;
    for (const letter of letters) {
      const next = node.next.get(letter) ?? createNode();
      node.next.set(letter, next);
      node = next;
    }
    const longRuns = lengths.map((length, index) => ({ index, length })).filter(({ length }) => length > 1);
    node.endings.push({ ...pattern, id, runCount: letters.length, longRuns });
    this.#isLinked = false;
    return id;
  }

  /** Adds the ids of matching patterns to `found`. */
  match(word: string, found: Set<PatternId>): void {
    if (!this.#isLinked) this.#link();
    const { letters, lengths } = runsOf(word);
    let node = this.#root;
    letters.forEach((letter, index) => {
      node = this.#step(node, letter);
      let ending = node.endings.length > 0 ? node : node.endingSuffix;
      for (; ending; ending = ending.endingSuffix) {
        for (const pattern of ending.endings) if (meets(lengths, index, pattern)) found.add(pattern.id);
      }
    });
  }

  #step(from: Node, letter: string): Node {
    for (let node: Node | undefined = from; node; node = node.suffix) {
      const next = node.next.get(letter);
      if (next) return next;
    }
    return this.#root;
  }

  /** Breadth first: a node's suffixes are linked before it. */
  #link(): void {
    const queue = [this.#root];
    for (const node of queue) {
      for (const [letter, next] of node.next) {
        next.suffix = node.suffix ? this.#step(node.suffix, letter) : this.#root;
        next.endingSuffix = next.suffix.endings.length > 0 ? next.suffix : next.suffix.endingSuffix;
        queue.push(next);
      }
    }
    this.#isLinked = true;
  }
}

const createNode = (): Node => ({ next: new Map(), endings: [], suffix: undefined, endingSuffix: undefined });

/** Whether the runs are long enough for the pattern that ends here. */
function meets(lengths: number[], end: number, pattern: Ending): boolean {
  const start = end - pattern.runCount + 1;
  if (!pattern.opensStart && start > 0) return false;
  if (!pattern.opensEnd && end < lengths.length - 1) return false;
  return pattern.longRuns.every(({ index, length }) => (lengths[start + index] ?? 0) >= length);
}

function runsOf(word: string): Runs {
  const letters: string[] = [];
  const lengths: number[] = [];
  for (const letter of word) {
    const last = letters.length - 1;
    if (letters[last] === letter) lengths[last] = (lengths[last] ?? 0) + 1;
    else {
      letters.push(letter);
      lengths.push(1);
    }
  }
  return { letters, lengths };
}
