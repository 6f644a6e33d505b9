/**
 * A participant's media session as the SDK keeps it: joined, resumed after a lost socket, and reopened after it has
 * ended; over real ICE, DTLS and SRTP.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumerOptions, RtpCapabilities, TransportOptions } from '../../../sfu/contract.ts';
import { RtpPublisher } from '../media/rtp-publisher.ts';
import { RtpViewer, rtpViewerCapabilities } from '../media/rtp-viewer.ts';
import type { FanAnswer } from '../people/returning-fan.ts';

const RETRY_MS = 150;
/** Restarts ICE after this long without a packet, as a browser does when ICE disconnects. */
const SILENCE_MS = 4_000;
const POLL_MS = 500;

export type Ask = <T>(name: string, input: unknown) => Promise<FanAnswer<T>>;

interface Running {
  session: string;
  close(): void;
}

/** Common to publishing and watching: holds one session, and opens a new one when it ends. */
abstract class ChaosMedia<M extends Running> {
  protected readonly ask: Ask;
  #running: M | undefined;
  #joining: Promise<void> | undefined;
  #closed = false;
  #opening: { session: string; fail(reason: Error): void } | undefined;
  /** Session ends counted by reason, printed when the test fails. */
  readonly ends: Record<string, number> = {};

  constructor(ask: Ask) {
    this.ask = ask;
  }

  get running(): M | undefined {
    return this.#running;
  }

  protected abstract open(): Promise<M>;
  protected abstract resumed(running: M, answer: object): void;

  start(): void {
    if (this.#closed) return;
    this.#joining ??= this.#join().finally(() => {
      this.#joining = undefined;
    });
  }

  /** The socket has reconnected. */
  async handleWelcome(): Promise<void> {
    if (this.#running) await this.resume(this.#running);
    else this.start();
  }

  /** Takes the session over, or finds out that the server no longer has it. */
  protected async resume(running: M): Promise<void> {
    try {
      const answer = await this.ask<object>('stage:resume', { session: running.session });
      if (answer.ok) this.resumed(running, answer.data);
      else this.#lose(running, answer.error.code);
    } catch {
      // Disconnected again: the next welcome retries.
    }
  }

  handleClosed(session: string, reason: string): void {
    if (this.#opening?.session === session) this.#opening.fail(new Error(reason));
    if (this.#running?.session === session) this.#lose(this.#running, reason);
  }

  close(): void {
    this.#closed = true;
    this.#running?.close();
    this.#running = undefined;
  }

  /** Waits for what opens a session. Rejects if that session ends meanwhile: its node may never answer. */
  protected async whileOpen<T>(session: string, work: Promise<T>): Promise<T> {
    const ended = new Promise<never>((_, fail) => {
      this.#opening = { session, fail };
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      this.#opening = undefined;
    }
  }

  #lose(running: M, reason: string): void {
    if (this.#running !== running) return;
    this.ends[reason] = (this.ends[reason] ?? 0) + 1;
    this.#running = undefined;
    running.close();
    this.start();
  }

  async #join(): Promise<void> {
    while (!this.#closed) {
      try {
        const opened = await this.open();
        if (this.#closed) opened.close();
        else this.#running = opened;
        return;
      } catch {
        await pause(RETRY_MS);
      }
    }
  }
}

interface WatchAnswer {
  session: string;
  transport: TransportOptions;
  consumers: ConsumerOptions[];
}

export class ChaosViewer extends ChaosMedia<Running & { viewer: RtpViewer }> {
  #router: RtpCapabilities = {};
  #early: { session: string; consumers: ConsumerOptions[] }[] = [];
  readonly #polling = setInterval(() => void this.#poll(), POLL_MS);
  #askedAtMs = 0;

  /** Milliseconds since the last video packet; Infinity before the first. */
  get silenceMs(): number {
    return this.running?.viewer.silenceMs('video') ?? Number.POSITIVE_INFINITY;
  }

  handleEvent(name: string, data: never): void {
    if (name === 'rooms:welcome') {
      const { inside } = data as { inside: { stage: { routerRtpCapabilities: RtpCapabilities } } | null };
      if (!inside) return;
      if (inside.stage.routerRtpCapabilities.codecs) this.#router = inside.stage.routerRtpCapabilities;
      void this.handleWelcome();
    } else if (name === 'stage:sessionClosed') {
      const { session, reason } = data as { session: string; reason: string };
      this.handleClosed(session, reason);
    } else if (name === 'stage:consumersAdded') {
      const added = data as { session: string; consumers: ConsumerOptions[] };
      if (this.running?.session === added.session) this.running.viewer.addConsumers(added.consumers);
      else this.#early.push(added);
    }
  }

  protected async open() {
    this.#early = [];
    const viewer = new RtpViewer({ reports: true });
    try {
      const answer = await this.ask<WatchAnswer>('stage:watch', {
        rtpCapabilities: rtpViewerCapabilities(this.#router),
        dtlsParameters: viewer.dtlsParameters,
      });
      if (!answer.ok) {
        await pause(answer.error.retryAfterMs ?? 0);
        throw new Error(answer.error.code);
      }
      const { session, transport, consumers } = answer.data;
      await this.whileOpen(session, viewer.connect(transport, consumers));
      for (const early of this.#early) if (early.session === session) viewer.addConsumers(early.consumers);
      return { session, viewer, close: () => viewer.close() };
    } catch (error) {
      viewer.close();
      throw error;
    }
  }

  protected resumed({ viewer }: { viewer: RtpViewer }, { consumers }: { consumers?: ConsumerOptions[] }): void {
    viewer.addConsumers((consumers ?? []).filter(({ id }) => !viewer.streams.some((it) => it.consumerId === id)));
  }

  async #poll(): Promise<void> {
    const { running } = this;
    if (!running || this.silenceMs < SILENCE_MS || performance.now() - this.#askedAtMs < SILENCE_MS) return;
    this.#askedAtMs = performance.now();
    await this.resume(running);
  }

  override close(): void {
    clearInterval(this.#polling);
    super.close();
  }
}

export class ChaosPublisher extends ChaosMedia<Running & { publisher: RtpPublisher }> {
  handleEvent(name: string, data: never): void {
    const { session, reason, maxSpatialLayer } = data as { session: string; reason: string; maxSpatialLayer: number };
    const { running } = this;
    if (name === 'rooms:welcome') void this.handleWelcome();
    else if (name === 'stage:sessionClosed') this.handleClosed(session, reason);
    else if (name === 'stage:transportState' && (data as { state: string }).state !== 'connected') {
      if (running?.session === session) void this.resume(running);
    } else if (running?.session !== session) return;
    else if (name === 'stage:layersWanted') running.publisher.setMaxLayer(maxSpatialLayer);
    else if (name === 'stage:keyFrameWanted') running.publisher.makeKeyFrame();
  }

  protected async open() {
    const publisher = new RtpPublisher({ layerBitratesBps: [60_000, 150_000], framesPerSecond: 15 });
    try {
      const { dtlsParameters, videoRtpParameters: rtpParameters } = publisher;
      const opened = await this.ask<WatchAnswer>('stage:publish', { dtlsParameters });
      if (!opened.ok) throw new Error(opened.error.code);
      const { session, transport } = opened.data;
      const track = { session, kind: 'video', source: 'camera', rtpParameters };
      const opening = Promise.all([this.ask('stage:produce', track), publisher.connect(transport)]);
      const [produced] = await this.whileOpen(session, opening);
      if (!produced.ok) throw new Error(produced.error.code);
      return { session, publisher, close: () => publisher.close() };
    } catch (error) {
      publisher.close();
      throw error;
    }
  }

  protected resumed(): void {}
}
