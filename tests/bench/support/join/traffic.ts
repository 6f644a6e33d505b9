/**
 * Counts what a page asks and is answered over its sockets, from within the page. A pair is a question and its answer;
 * what a server says unasked is none, and HTTP would show as pairs too.
 */
export interface Pair {
  name: string;
  /** `performance.now()` when the question was sent and when its answer arrived. */
  askedAt: number;
  answeredAt: number;
}

declare global {
  interface Window {
    benchPairs: Pair[];
  }
}

/** Runs in the page before anything else there: a socket library takes hold of `WebSocket` when it is loaded. */
export function countTraffic(): void {
  // Engine.IO's type 4 (message), then Socket.IO's packets 0 (connect), 2 (event) and 3 (acknowledgement).
  const connect = /^40/;
  const event = /^42(\d+)\["([^"]+)"/;
  const acknowledgement = /^43(\d+)\[/;
  const Native = window.WebSocket;
  window.benchPairs = [];
  window.WebSocket = class extends Native {
    readonly #asked = new Map<string, { name: string; askedAt: number }>();

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const askedAt = performance.now();
      this.addEventListener('open', () => {
        window.benchPairs.push({ name: 'upgrade', askedAt, answeredAt: performance.now() });
      });
      this.addEventListener('message', ({ data }) => this.#handleAnswer(data));
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      const askedAt = performance.now();
      if (typeof data === 'string') {
        const [, id, name] = event.exec(data) ?? [];
        if (connect.test(data)) this.#asked.set('connect', { name: 'connect', askedAt });
        else if (id && name) this.#asked.set(id, { name, askedAt });
      }
      super.send(data);
    }

    #handleAnswer(data: unknown): void {
      if (typeof data !== 'string') return;
      const id = connect.test(data) ? 'connect' : acknowledgement.exec(data)?.[1];
      const question = id === undefined ? undefined : this.#asked.get(id);
      if (id === undefined || !question) return;
      this.#asked.delete(id);
      window.benchPairs.push({ ...question, answeredAt: performance.now() });
    }
  };
}

/** Pairs that were asked after one instant and answered before another, requests by HTTP included. */
export function pairsBetween(fromAt: number, toAt: number): Pair[] {
  const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const requests = resources
    .filter(({ initiatorType }) => ['fetch', 'xmlhttprequest'].includes(initiatorType))
    .map(({ name, startTime, responseEnd }) => ({
      name: new URL(name).pathname.replace(/room_\w+/, ':id'),
      askedAt: startTime,
      answeredAt: responseEnd,
    }));
  return [...window.benchPairs, ...requests].filter(
    ({ askedAt, answeredAt }) => askedAt >= fromAt && answeredAt <= toAt,
  );
}
