import type { RoomUpstream } from '../contract.ts';
import { ControlClient } from '../control/client.ts';
import { LEASE_DEFAULT_MS, PULL_WAIT_MS } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { type PullAnswer, type PullRequest, pipeEvent, pullAnswer } from './pipe-messages.ts';
import type { Upstream, UpstreamLink } from './upstream.ts';

const RENEW_MS = LEASE_DEFAULT_MS / 6;

/** The nodes from which this one pulls rooms, one connection each, which goes with the last room that comes over it. */
export class NodeLinks {
  readonly #options: { secret: string; log: SfuLog };
  readonly #links = new Map<string, NodeLink>();

  constructor(options: { secret: string; log: SfuLog }) {
    this.#options = options;
  }

  get(upstream: RoomUpstream): UpstreamLink {
    const key = `${upstream.node} ${upstream.url}`;
    const link =
      this.#links.get(key) ?? new NodeLink({ ...this.#options, upstream, handleIdle: () => this.#links.delete(key) });
    this.#links.set(key, link);
    return link;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }
}

/** The connection to one such node: brings what it tells to the room that it concerns, and keeps the pulls' leases. */
class NodeLink implements UpstreamLink {
  readonly #client: ControlClient;
  readonly #node: string;
  readonly #log: SfuLog;
  readonly #handleIdle: () => void;
  readonly #pulls = new Map<string, Upstream>();
  readonly #renewing: NodeJS.Timeout;
  #met = false;

  constructor(options: { secret: string; log: SfuLog; upstream: RoomUpstream; handleIdle: () => void }) {
    this.#log = options.log;
    this.#node = options.upstream.node;
    this.#handleIdle = options.handleIdle;
    this.#client = new ControlClient({
      url: options.upstream.url,
      secret: options.secret,
      log: options.log,
      handleUp: ({ node }) => this.#handleUp(node),
      handleEvent: (event) => this.#handleEvent(event),
      handleRefused: () => this.#endAll('node_lost'),
    });
    this.#renewing = setInterval(() => void this.#renew(), RENEW_MS).unref();
  }

  async pull(upstream: Upstream, request: PullRequest): Promise<PullAnswer> {
    this.#pulls.set(request.session, upstream);
    return pullAnswer.parse(await this.#client.request('pull', request, PULL_WAIT_MS));
  }

  wantLayer(request: { session: string; producerId: string; maxSpatialLayer: number }): void {
    this.#tell('wantLayer', request);
  }

  wantKeyFrame(request: { session: string; producerId: string }): void {
    this.#tell('wantKeyFrame', request);
  }

  release(session: string): void {
    if (!this.#pulls.delete(session)) return;
    const done = this.#client.up ? this.#client.request('closeSession', { session }) : Promise.resolve();
    // What can't be said now, the lease says.
    done.catch(() => {}).finally(() => this.#closeIfIdle());
  }

  close(): void {
    clearInterval(this.#renewing);
    this.#client.close();
    this.#handleIdle();
  }

  #closeIfIdle(): void {
    if (this.#pulls.size === 0) this.close();
  }

  #handleUp(node: string): void {
    if (node !== this.#node) {
      this.#log.warn({ node, wanted: this.#node }, 'another node answers at the address of one that is gone');
      this.#endAll('node_lost');
      return;
    }
    if (this.#met)
      void this.#renew().then((sessions) => {
        for (const session of sessions) this.#pulls.get(session)?.handleResumed(session);
      });
    this.#met = true;
  }

  #handleEvent(given: unknown): void {
    const parsed = pipeEvent.safeParse(given);
    if (!parsed.success) return;
    const event = parsed.data;
    const upstream = this.#pulls.get(event.session);
    if (event.type === 'sessionClosed') this.#end(event.session, event.reason);
    else upstream?.handleEvent(event);
  }

  async #renew(): Promise<string[]> {
    const sessions = [...this.#pulls.keys()];
    if (sessions.length === 0 || !this.#client.up) return [];
    try {
      const { lost } = (await this.#client.request('renew', { sessions })) as { lost: string[] };
      for (const session of lost) this.#end(session, 'lease_expired');
      return sessions;
    } catch (error) {
      this.#log.warn({ err: error }, 'pulls not renewed');
      return [];
    }
  }

  #end(session: string, reason: string): void {
    const upstream = this.#pulls.get(session);
    this.#pulls.delete(session);
    upstream?.handleEnded(session, reason);
    this.#closeIfIdle();
  }

  #endAll(reason: string): void {
    for (const session of [...this.#pulls.keys()]) this.#end(session, reason);
  }

  #tell(method: string, request: object): void {
    if (!this.#client.up) return;
    // A pull that ended meanwhile wants nothing any more.
    this.#client.request(method, request).catch(() => {});
  }
}
