/** Devices and transports for the SDK's race tests: opening a device and negotiating a track are scheduling points. */
import type { Points } from './points.ts';

type Produce = (event: unknown, callback: (answer: { id: string }) => void, errback: (error: Error) => void) => void;

export class FakeTrack {
  readonly kind: string;
  readonly id: string;
  readyState = 'live';
  enabled = true;
  contentHint = '';
  #onEnded: (() => void)[] = [];

  constructor(kind: string, id: string) {
    this.kind = kind;
    this.id = id;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** As when the device is unplugged. */
  unplug(): void {
    this.readyState = 'ended';
    for (const listener of this.#onEnded) listener();
  }

  addEventListener(_name: string, listener: () => void): void {
    this.#onEnded.push(listener);
  }

  getSettings(): object {
    return {};
  }
}

export class FakeStream {
  readonly #tracks: FakeTrack[];
  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = [...tracks];
  }
  getTracks = () => [...this.#tracks];
  getVideoTracks = () => this.#tracks.filter(({ kind }) => kind === 'video');
  getAudioTracks = () => this.#tracks.filter(({ kind }) => kind === 'audio');
  addTrack(track: FakeTrack): void {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }
  removeTrack(track: FakeTrack): void {
    const at = this.#tracks.indexOf(track);
    if (at >= 0) this.#tracks.splice(at, 1);
  }
}

export class FakeDevices {
  readonly opened: FakeTrack[] = [];
  readonly #points: Points;

  constructor(points: Points) {
    this.#points = points;
  }

  getUserMedia(choice: { video?: unknown; audio?: unknown }): Promise<FakeStream> {
    return this.#open([choice.video && 'video', choice.audio && 'audio']);
  }

  getDisplayMedia(): Promise<FakeStream> {
    return this.#open(['video']);
  }

  #open(kinds: unknown[]): Promise<FakeStream> {
    return this.#points.wait('devices', () => {
      const tracks = kinds.filter(Boolean).map((kind) => new FakeTrack(kind as string, `track_${this.opened.length}`));
      this.opened.push(...tracks);
      return new FakeStream(tracks);
    });
  }
}

export class FakeTransport {
  connectionState = 'connected';
  closed = false;
  readonly #points: Points;
  #produce: Produce | undefined;

  constructor(points: Points) {
    this.#points = points;
  }

  on(name: string, listener: Produce): void {
    if (name === 'produce') this.#produce = listener;
  }

  close(): void {
    this.closed = true;
  }

  async getStats(): Promise<Map<string, unknown>> {
    return new Map();
  }

  async produce({ track, appData }: { track: FakeTrack; appData: unknown }) {
    await this.#points.wait('negotiation', () => undefined);
    if (this.closed) throw new Error('the transport is closed');
    const { id } = await new Promise<{ id: string }>((resolve, reject) =>
      this.#produce?.({ kind: track.kind, rtpParameters: { codecs: [] }, appData }, resolve, reject),
    );
    const { kind } = track;
    const producer = { id, kind, closed: false, track, rtpParameters: {}, setMaxSpatialLayer: async () => {} };
    return Object.assign(producer, {
      close: () => {
        producer.closed = true;
      },
      replaceTrack: ({ track: next }: { track: FakeTrack }) =>
        this.#points.wait('negotiation', () => {
          producer.track = next;
        }),
    });
  }

  async consume({ id, kind }: { id: string; kind: string }) {
    await this.#points.wait('negotiation', () => undefined);
    if (this.closed) throw new Error('the transport is closed');
    return { id, track: new FakeTrack(kind, id), close() {}, getStats: async () => new Map() };
  }
}
