/**
 * A fan with the SDK's connection and no decoder: real reconnects, ICE, DTLS and SRTP, light enough for hundreds in one
 * process. Like the SDK's viewer it resumes its session after a lost socket, opens another when that one has ended, and
 * keeps both while it is asked to move. Times are in milliseconds since the epoch, so that they compare across
 * processes.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '../../../client-sdk/client/backoff.ts';
import { Connection } from '../../../client-sdk/client/connection/connection.ts';
import { fromWire, LogeError } from '../../../client-sdk/client/errors.ts';
import { STAGE } from '../../../client-sdk/client/limits.ts';
import { SpareKeeper } from '../../../client-sdk/client/stage/spare-keeper.ts';
import type { ChatEntry } from '../../../server/protocol/chat/chat.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import type { EventData, EventName, RequestAnswer, RequestInput, Welcome } from '../../../server/protocol/realtime.ts';
import type { ConsumerOptions, RtpCapabilities, TransportOptions } from '../../../sfu/contract.ts';
import { RtpViewer, rtpViewerCapabilities } from '../media/rtp-viewer.ts';

const JITTER = 0.3;
/** No video packet for this long counts as an interruption. */
const INTERRUPTED_MS = 500;
/** A picture that needs only the lowest layer. */
const VIEWPORT = { width: 160, height: 90 };

export interface FanFigures {
  /** When the connection was lost, and when the next gateway had delivered everything missed. */
  lostAtMs: number | undefined;
  welcomedAtMs: number | undefined;
  /** When the first frame of the newest session was complete. */
  firstFrameAtMs: number | undefined;
  /** The longest time without video, also across sessions. */
  longestSilenceMs: number;
  /** When the awaited message was shown. */
  shownAtMs: number | undefined;
  isWatching: boolean;
  isConnected: boolean;
}

interface Watched {
  session: RequestAnswer<'stage:watch'>['session'];
  viewer: RtpViewer;
  connect: () => void;
  /** For the spare keeper. */
  media: { session: Watched['session']; readonly closed: boolean };
  close: () => void;
  leave: () => void;
}

export class LightFan implements Disposable {
  readonly #connection: Connection;
  #capabilities: RtpCapabilities = {};
  #current: Watched | undefined;
  #next: Watched | undefined;
  readonly #spares = new SpareKeeper<Watched>({
    open: async ({ spareOf, place }) => {
      const spare = await this.#open(spareOf);
      if (!spare) throw new LogeError('stage_unavailable');
      place(spare);
    },
    engine: { keepsSpares: true },
    log: () => {},
  });
  /** Events may arrive before the answer that names their session: the last ones are kept. */
  readonly #early: EventData<'stage:consumersAdded'>[] = [];
  readonly #ended: string[] = [];
  #joining = false;
  #failures = 0;
  #closed = false;
  #lastSeq: number | undefined;
  #awaitedText = '';
  #figures: Pick<FanFigures, 'lostAtMs' | 'welcomedAtMs' | 'firstFrameAtMs' | 'shownAtMs'> = emptyFigures();
  #silenceMs = 0;
  #lastVideoAtMs = 0;
  readonly #seen = new Map<number, string>();

  /** Resolves with the first decodable frame. */
  static async join({ url, token }: { url: string; token: string }): Promise<LightFan> {
    const fan = new LightFan(url);
    await fan.#connection.connect(token);
    await fan.#watchAgain();
    await fan.#current?.viewer.firstDecodableFrame;
    return fan;
  }

  private constructor(url: string) {
    this.#connection = new Connection({
      url,
      log: () => {},
      handlers: {
        onWelcome: (welcome, downMs) => this.#handleWelcome(welcome, downMs !== null),
        onEvent: (name, data) => this.#handleEvent(name, data),
        onReconnecting: () => {
          this.#figures.lostAtMs = epochMs();
        },
        onReconnected: () => {},
        onDisconnected: () => {},
        chatSince: () => this.#lastSeq,
      },
    });
  }

  /** How often a watched session ended before its replacement was ready. */
  cuts = 0;

  /** Every message and tip shown, by sequence number. */
  get seen(): ReadonlyMap<number, string> {
    return this.#seen;
  }

  get connection(): Pick<Connection, 'request' | 'requestReliably' | 'state'> {
    return this.#connection;
  }

  /** Starts a new measurement, in which this text is awaited. */
  begin(awaitedText: string): void {
    this.#awaitedText = awaitedText;
    this.#figures = emptyFigures();
    this.#current?.viewer.takeLongestSilence();
    this.#silenceMs = 0;
  }

  get figures(): FanFigures {
    this.#noteSilence();
    const isConnected = this.#connection.state === 'connected';
    return { ...this.#figures, longestSilenceMs: this.#silenceMs, isWatching: this.#isWatching, isConnected };
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#spares.drop();
    this.#connection.close();
    this.#current?.viewer.close();
  }

  get #isWatching(): boolean {
    return this.#current !== undefined && this.#current.viewer.silenceMs('video') < INTERRUPTED_MS;
  }

  #handleWelcome(welcome: Welcome, isReconnect: boolean): void {
    this.#figures.welcomedAtMs = epochMs();
    this.#capabilities = rtpViewerCapabilities(welcome.inside?.stage.routerRtpCapabilities ?? {});
    this.#show(welcome.inside?.chat.entries ?? []);
    this.#lastSeq ??= welcome.inside?.chat.lastSeq;
    if (isReconnect) void this.#resume();
  }

  #handleEvent<N extends EventName>(name: N, data: EventData<N>): void {
    if (name === 'chat:frame') this.#show((data as EventData<'chat:frame'>).entries);
    if (name === 'stage:moveWanted' && 'session' in data && data.session === this.#current?.session) void this.#move();
    if (name === 'stage:consumersAdded') keepLast(this.#early, data as EventData<'stage:consumersAdded'>);
    if (name === 'stage:sessionClosed') keepLast(this.#ended, (data as EventData<'stage:sessionClosed'>).session);
    const other = [this.#next, this.#spares.spare].find(
      (each) => each && 'session' in data && data.session === each.session,
    );
    if (name === 'stage:consumersAdded' && other) {
      other.viewer.addConsumers((data as EventData<'stage:consumersAdded'>).consumers as ConsumerOptions[]);
      other.connect();
    }
    if (name === 'stage:sessionClosed') this.#spares.handleClosed((data as EventData<'stage:sessionClosed'>).session);
    if (!('session' in data) || data.session !== this.#current?.session) return;
    if (name === 'stage:consumersAdded') {
      const { consumers } = data as EventData<'stage:consumersAdded'>;
      this.#current?.viewer.addConsumers(consumers as ConsumerOptions[]);
      this.#current?.connect();
    } else if (name === 'stage:takenOver') {
      this.#takeOver((data as EventData<'stage:takenOver'>).by);
    } else if (name === 'stage:sessionClosed') {
      this.cuts += 1;
      this.#drop();
      void this.#watchAgain();
    }
  }

  #takeOver(by: string): void {
    const spare = this.#spares.take(by);
    this.#drop();
    if (spare) this.#use(spare);
    else void this.#watchAgain();
  }

  #use(opened: Watched): void {
    this.#noteSilence();
    this.#current?.viewer.close();
    this.#current = opened;
    const { viewer, session } = opened;
    viewer.firstDecodableFrame.then(
      (at) => this.#noteFirstFrame(viewer, performance.timeOrigin + at),
      () => {},
    );
    this.#spares.keep(session);
  }

  #show(entries: readonly ChatEntry[]): void {
    for (const entry of entries) {
      if (entry.kind !== 'message' && entry.kind !== 'tip') continue;
      const text = (entry.kind === 'message' ? entry.text : entry.message) ?? '';
      if (text === this.#awaitedText) this.#figures.shownAtMs ??= epochMs();
      this.#seen.set(entry.seq, text);
      this.#lastSeq = Math.max(this.#lastSeq ?? 0, entry.seq);
    }
  }

  async #resume(): Promise<void> {
    const current = this.#current;
    if (!current) return this.#watchAgain();
    try {
      const { spare } = await this.#connection.request('stage:resume', { session: current.session });
      if (current !== this.#current) return;
      const kept = this.#spares.confirm(current.session, spare?.session);
      if (!kept || !spare) return;
      kept.viewer.addConsumers(spare.consumers as ConsumerOptions[]);
      if (spare.consumers.length > 0) kept.connect();
    } catch {
      // While disconnected, the next welcome retries.
      if (this.#connection.state !== 'connected' || current !== this.#current) return;
      this.#drop();
      await this.#watchAgain();
    }
  }

  async #watchAgain(): Promise<void> {
    if (this.#joining) return;
    this.#joining = true;
    for (this.#failures = 0; !this.#closed && this.#connection.state === 'connected'; this.#failures += 1) {
      await pause(backoffMs(STAGE.rejoinBackoffMs, this.#failures, JITTER));
      if (await this.#watch()) break;
    }
    this.#joining = false;
  }

  async #watch(): Promise<boolean> {
    const opened = await this.#open();
    if (opened) this.#use(opened);
    return opened !== undefined;
  }

  /** Opens a second session, and leaves the current one once the second has a picture. */
  async #move(): Promise<void> {
    if (this.#next) return;
    for (let attempt = 0; !this.#next && this.#connection.state === 'connected'; attempt += 1) {
      await pause(backoffMs(STAGE.rejoinBackoffMs, attempt, JITTER));
      this.#next = await this.#open();
    }
    const next = this.#next;
    await next?.viewer.firstDecodableFrame.catch(() => {});
    const before = this.#current;
    this.#next = undefined;
    if (!next || this.#closed) return;
    this.#noteSilence();
    this.#current = next;
    this.#spares.keep(next.session);
    before?.viewer.close();
    if (before) await this.#connection.request('stage:leave', { session: before.session }).catch(() => {});
  }

  async #open(spareOf?: Watched['session']): Promise<Watched | undefined> {
    const viewer = new RtpViewer({ reports: true });
    try {
      const { session, transport, consumers } = await this.#connection.request('stage:watch', {
        rtpCapabilities: this.#capabilities as RequestInput<'stage:watch'>['rtpCapabilities'],
        dtlsParameters: viewer.dtlsParameters as RequestInput<'stage:connect'>['dtlsParameters'],
        viewport: VIEWPORT,
        ...(spareOf && { spareOf }),
      });
      // Like a browser, which has nothing to negotiate before there is a track.
      const connect = once(() => void viewer.connect(transport as TransportOptions, []).catch(() => {}));
      if (this.#ended.includes(session)) throw fromWire(new AppError('session_not_found').toWire());
      const early = this.#early.flatMap((added) => (added.session === session ? added.consumers : []));
      const all = [...consumers, ...early];
      viewer.addConsumers(all as ConsumerOptions[]);
      if (all.length > 0) connect();
      return this.#toWatched({ session, viewer, connect });
    } catch {
      viewer.close();
      return undefined;
    }
  }

  #toWatched(opened: Pick<Watched, 'session' | 'viewer' | 'connect'>): Watched {
    const { session, viewer } = opened;
    const ended = this.#ended;
    const media = {
      session,
      get closed() {
        return ended.includes(session);
      },
    };
    const leave = (): void => {
      viewer.close();
      if (this.#connection.state === 'connected') this.#connection.request('stage:leave', { session }).catch(() => {});
    };
    return { ...opened, media, close: () => viewer.close(), leave };
  }

  #noteFirstFrame(viewer: RtpViewer, atMs: number): void {
    if (viewer !== this.#current?.viewer) return;
    this.#figures.firstFrameAtMs = atMs;
    if (this.#lastVideoAtMs !== 0) this.#silenceMs = Math.max(this.#silenceMs, atMs - this.#lastVideoAtMs);
    this.#lastVideoAtMs = 0;
  }

  #drop(): void {
    this.#spares.drop();
    this.#noteSilence();
    this.#current?.viewer.close();
    this.#current = undefined;
  }

  /** A gap continues from one session to the next. */
  #noteSilence(): void {
    const viewer = this.#current?.viewer;
    if (!viewer) return;
    this.#silenceMs = Math.max(this.#silenceMs, viewer.takeLongestSilence());
    const silentSince = epochMs() - viewer.silenceMs('video');
    if (viewer.packets('video') > 0) this.#lastVideoAtMs = silentSince;
  }
}

function keepLast<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > STAGE.earlyEvents) list.shift();
}

function emptyFigures() {
  return { lostAtMs: undefined, welcomedAtMs: undefined, firstFrameAtMs: undefined, shownAtMs: undefined };
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
