import type { RoomUpstream } from '../contract.ts';
import { ControlClient } from '../control/client.ts';
import { LEASE_DEFAULT_MS, PULL_WAIT_MS } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { type PipeAnswer, type PipeRequest, pipeEvent, pipeMethods } from './pipe-messages.ts';
import type { Upstream, UpstreamLink } from './upstream.ts';

const RENEW_MS = LEASE_DEFAULT_MS / 6;

/** The nodes from which this one pulls rooms: one connection each, closed with the last room that is pulled over it. */
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

/**
 * The connection to one such node: delivers its events to the rooms that they concern, and renews the leases of the
 * pulls.
 */
class NodeLink implements UpstreamLink {
  readonly #client: ControlClient;
  readonly #node: string;
  readonly #log: SfuLog;
  readonly #handleIdle: () => void;
  readonly #pulls = new Map<string, Upstream>();
  readonly #renewing: NodeJS.Timeout;
  #wasUp = false;

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

  async pull(upstream: Upstream, request: PipeRequest<'pull'>): Promise<PipeAnswer<'pull'>> {
    this.#pulls.set(request.session, upstream);
    return pipeMethods.pull.answer.parse(await this.#client.request('pull', request, PULL_WAIT_MS));
  }

  wantLayer(request: PipeRequest<'wantLayer'>): void {
    this.#send('wantLayer', request);
  }

  wantKeyFrame(request: PipeRequest<'wantKeyFrame'>): void {
    this.#send('wantKeyFrame', request);
  }

  release(session: string): void {
    if (!this.#pulls.delete(session)) return;
    const done = this.#client.up ? this.#client.request('closeSession', { session }) : Promise.resolve();
    // A close that does not arrive is made up for by the end of the lease.
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
      this.#log.warn({ node, wanted: this.#node }, 'sfu node address taken by another node');
      this.#endAll('node_lost');
      return;
    }
    if (this.#wasUp)
      void this.#renew().then((sessions) => {
        for (const session of sessions) this.#pulls.get(session)?.handleResumed(session);
      });
    this.#wasUp = true;
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
      this.#log.warn({ err: error }, 'pull leases not renewed');
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

  #send(method: 'wantLayer' | 'wantKeyFrame', request: object): void {
    if (!this.#client.up) return;
    // Fails only if the pull has ended meanwhile.
    this.#client.request(method, request).catch(() => {});
  }
}
