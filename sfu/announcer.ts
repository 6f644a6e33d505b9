import type { SfuNodeAnnouncement } from './contract.ts';
import { ANNOUNCE_MS } from './limits.ts';
import type { SfuLog } from './log.ts';
import type { LocalSfuNode } from './node.ts';

/** Where a node says that it is there; what it says is forgotten when it says it no longer. */
export interface AnnouncementBoard {
  announce(id: string, value: string): Promise<void>;
  withdraw(id: string): Promise<void>;
}

export interface AnnouncerOptions {
  node: LocalSfuNode;
  board: AnnouncementBoard;
  url: string;
  region: string;
  version: string;
  log: SfuLog;
}

/** Tells the gateways, again and again, that a node is there, where, how full it is, and whether it is about to leave. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #timer: NodeJS.Timeout;
  #telling: Promise<void> | undefined;
  #failing = false;
  #closed = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.tell(), ANNOUNCE_MS).unref();
  }

  get announcement(): SfuNodeAnnouncement {
    const { node, url, region, version } = this.#options;
    const { consumers, capacity } = node.load;
    return {
      node: node.id,
      url,
      region,
      version,
      workers: node.workers.length,
      capacity,
      load: consumers,
      draining: node.draining,
    };
  }

  /** Tells it now; a board that can't be reached is told the next time. */
  async tell(): Promise<void> {
    if (this.#closed) return;
    // One at a time: what is told last must be what is so.
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = undefined;
    });
    await this.#telling;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#telling;
    const { board, node, log } = this.#options;
    await board.withdraw(node.id).catch((error) => log.warn({ err: error }, 'not withdrawn; the lease will tell'));
  }

  async #tell(): Promise<void> {
    const { board, node, log } = this.#options;
    try {
      await board.announce(node.id, JSON.stringify(this.announcement));
      if (this.#failing) log.info({}, 'announced again');
      this.#failing = false;
    } catch (error) {
      // Once an outage. Gateways that know the node go on with it.
      if (!this.#failing)
        log.error({ err: error }, 'not announced: gateways that do not know this node yet can not find it');
      this.#failing = true;
    }
  }
}
