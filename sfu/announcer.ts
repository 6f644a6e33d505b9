import { isIPv6 } from 'node:net';
import type { SfuNodeAnnouncement } from './contract.ts';
import { ANNOUNCE_MS } from './limits.ts';
import type { SfuLog } from './log.ts';
import type { LocalSfuNode } from './node.ts';

/** Where nodes announce themselves. An announcement expires unless it is repeated. */
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

/** Where a node is controlled, by the address or name under which others reach it. */
export function controlUrl(host: string, port: number): string {
  return `wss://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Announces a node to the gateways at an interval: its address, its load, and whether it drains. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #timer: NodeJS.Timeout;
  #announcing: Promise<void> | undefined;
  #failing = false;
  #closed = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.announce(), ANNOUNCE_MS).unref();
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

  /** Announces the node now. After a failure the next interval tries again. */
  async announce(): Promise<void> {
    if (this.#closed) return;
    // One at a time, so that a stale announcement never overwrites a newer one.
    this.#announcing ??= this.#write().finally(() => {
      this.#announcing = undefined;
    });
    await this.#announcing;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#announcing;
    const { board, node, log } = this.#options;
    await board.withdraw(node.id).catch((error) => log.warn({ err: error }, 'sfu node announcement not withdrawn'));
  }

  async #write(): Promise<void> {
    const { board, node, log } = this.#options;
    try {
      await board.announce(node.id, JSON.stringify(this.announcement));
      if (this.#failing) log.info({}, 'sfu node announcement recovered');
      this.#failing = false;
    } catch (error) {
      // Logged once per outage. Gateways that know the node keep using it; others cannot find it.
      if (!this.#failing) log.error({ err: error }, 'sfu node announcement failed');
      this.#failing = true;
    }
  }
}
