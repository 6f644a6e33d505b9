/** Alarms by the emulator's clock, each with an id: one heap and one timer. */
import type { Clock } from './clock.ts';

/** The limit of `setTimeout`; longer waits are split. */
const TIMER_MAX_MS = 24 * 60 * 60 * 1000;

interface Alarm {
  id: string;
  dueAtMs: number;
  /** Alarms that are due at the same time ring in the order in which they were set. */
  order: number;
}

export class Alarms {
  readonly #clock: Clock;
  readonly #ring: (id: string) => void;
  /** A min-heap by time. Replaced alarms stay in it until they come up, and are skipped then. */
  readonly #heap: Alarm[] = [];
  readonly #current = new Map<string, Alarm>();
  #timer: NodeJS.Timeout | undefined;
  #timerDueAtMs = Number.POSITIVE_INFINITY;
  #order = 0;
  #isClosed = false;

  constructor(clock: Clock, ring: (id: string) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  set(id: string, dueAtMs: number): void {
    if (this.#isClosed) return;
    this.#order += 1;
    const alarm = { id, dueAtMs, order: this.#order };
    this.#current.set(id, alarm);
    push(this.#heap, alarm);
    this.#arm();
  }

  /** When the next alarm is due. */
  nextDueAtMs(): number | undefined {
    return this.#head()?.dueAtMs;
  }

  /** Rings all alarms due up to that time, in order, before it returns, including alarms set meanwhile. */
  ringUntil(targetMs: number): void {
    for (let head = this.#head(); head !== undefined && head.dueAtMs <= targetMs; head = this.#head()) {
      pop(this.#heap);
      this.#current.delete(head.id);
      this.#ring(head.id);
    }
    // The clock may have jumped, so the alarm may be due already, or sooner than planned.
    this.#timerDueAtMs = Number.POSITIVE_INFINITY;
    this.#arm();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#current.clear();
    this.#heap.length = 0;
  }

  #head(): Alarm | undefined {
    for (;;) {
      const [head] = this.#heap;
      if (head === undefined || this.#current.get(head.id) === head) return head;
      pop(this.#heap);
    }
  }

  #arm(): void {
    const head = this.#head();
    if (head === undefined || this.#isClosed || head.dueAtMs >= this.#timerDueAtMs) return;
    clearTimeout(this.#timer);
    const waitMs = Math.max(0, head.dueAtMs - this.#clock.nowMs());
    this.#timerDueAtMs = head.dueAtMs;
    this.#timer = setTimeout(
      () => {
        this.#timerDueAtMs = Number.POSITIVE_INFINITY;
        // The timeout has passed, even if a test's clock stands still.
        if (waitMs <= TIMER_MAX_MS) this.ringUntil(Math.max(head.dueAtMs, this.#clock.nowMs()));
        else this.#arm();
      },
      Math.min(waitMs, TIMER_MAX_MS),
    );
    this.#timer.unref();
  }
}

function isBefore(a: Alarm, b: Alarm): boolean {
  return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.order < b.order);
}

function push(heap: Alarm[], alarm: Alarm): void {
  let index = heap.length;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Alarm;
    if (!isBefore(alarm, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = alarm;
}

function pop(heap: Alarm[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Alarm, heap[child] as Alarm)) child += 1;
    if (!isBefore(heap[child] as Alarm, last)) break;
    heap[index] = heap[child] as Alarm;
    index = child;
  }
  heap[index] = last;
}
