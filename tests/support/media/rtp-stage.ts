import { randomUUID } from 'node:crypto';
import type {
  ConsumerOptions,
  RoomUpstream,
  SessionGrant,
  SfuEvent,
  SfuNode,
  Viewport,
} from '../../../sfu/contract.ts';
import { RtpPublisher, type RtpPublisherOptions } from './rtp-publisher.ts';
import { RtpViewer, type RtpViewerOptions, rtpViewerCapabilities } from './rtp-viewer.ts';

type EventOf<T extends SfuEvent['type']> = Extract<SfuEvent, { type: T }>;

const EVENT_TIMEOUT_MS = 5_000;

/** Events of a node in order, with a way to wait for one. */
export class SfuEventLog {
  readonly all: SfuEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: () => void;

  constructor(node: SfuNode) {
    this.#unsubscribe = node.on((event) => {
      this.all.push(event);
      for (const check of this.#waiting) check();
    });
  }

  of<T extends SfuEvent['type']>(type: T, session?: string): EventOf<T>[] {
    return this.all.filter(
      (event): event is EventOf<T> => event.type === type && (session === undefined || event.session === session),
    );
  }

  /** The first matching event of the type for the session, already received or not. */
  async wait<T extends SfuEvent['type']>(
    type: T,
    session: string,
    fits: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    const find = () => this.of(type, session).find(fits);
    const found = find();
    if (found) return found;
    return await new Promise((resolve, reject) => {
      const check = () => {
        const event = find();
        if (event) finish(() => resolve(event));
      };
      const timer = setTimeout(() => {
        finish(() => reject(new Error(`No matching ${type} for ${session}; all events: ${JSON.stringify(this.all)}`)));
      }, EVENT_TIMEOUT_MS);
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        settle();
      };
      this.#waiting.add(check);
    });
  }

  close(): void {
    this.#unsubscribe();
  }
}

export interface StagePublisher {
  session: string;
  publisher: RtpPublisher;
  cameraId: string;
  microphoneId: string;
}

export interface StageViewer {
  session: string;
  identity: string;
  viewer: RtpViewer;
  consumers: ConsumerOptions[];
  viewport?: Viewport;
}

/** Publishers and viewers on a node and the node's events; all closed with the fixture. */
export class RtpStage implements AsyncDisposable {
  readonly node: SfuNode;
  readonly events: SfuEventLog;
  readonly #ends: { close(): void }[] = [];

  constructor(node: SfuNode) {
    this.node = node;
    this.events = new SfuEventLog(node);
  }

  grant(room: string, change: Partial<SessionGrant> = {}): SessionGrant {
    return { room, identity: randomUUID(), publish: false, subscribe: true, ...change };
  }

  /** A publisher that sends camera and microphone, and reacts to the given events. */
  async publish(
    room: string,
    options: RtpPublisherOptions & {
      obeys?: ('layersWanted' | 'keyFrameWanted')[];
      grant?: Partial<SessionGrant>;
      spareOf?: string;
      fence?: number;
    } = {},
  ): Promise<StagePublisher> {
    const session = randomUUID();
    const publisher = new RtpPublisher(options);
    this.#ends.push(publisher);
    const { transport } = await this.node.publish({
      session,
      grant: this.grant(room, { ...options.grant, publish: true }),
      spareOf: options.spareOf,
      fence: options.fence,
      dtlsParameters: publisher.dtlsParameters,
    });
    const unsubscribe = this.node.on((event) => {
      if (event.session !== session || !options.obeys?.some((type) => type === event.type)) return;
      if (event.type === 'layersWanted') publisher.setMaxLayer(event.maxSpatialLayer);
      if (event.type === 'keyFrameWanted') publisher.makeKeyFrame();
    });
    this.#ends.push({ close: unsubscribe });
    const [, camera, microphone] = await Promise.all([
      publisher.connect(transport),
      this.produceCamera(session, publisher),
      this.node.produce({ session, kind: 'audio', source: 'microphone', rtpParameters: publisher.audioRtpParameters }),
    ]);
    return { session, publisher, cameraId: camera.producerId, microphoneId: microphone.producerId };
  }

  /** A publisher that is connected and not on stage. */
  async prepare(room: string): Promise<{ session: string; publisher: RtpPublisher; identity: string }> {
    const session = randomUUID();
    const publisher = new RtpPublisher();
    this.#ends.push(publisher);
    const grant = this.grant(room, { publish: true, subscribe: false });
    const { dtlsParameters } = publisher;
    const { transport } = await this.node.preparePublisher({ session, grant, dtlsParameters });
    await publisher.connect(transport);
    return { session, publisher, identity: grant.identity };
  }

  async produceCamera(session: string, publisher: RtpPublisher): Promise<{ producerId: string }> {
    const { videoRtpParameters: rtpParameters } = publisher;
    return await this.node.produce({ session, kind: 'video', source: 'camera', rtpParameters });
  }

  /** A viewer with a connected transport. */
  async watch(
    room: string,
    options: RtpViewerOptions & {
      viewport?: Viewport;
      grant?: Partial<SessionGrant>;
      upstream?: RoomUpstream;
      spareOf?: string;
    } = {},
  ): Promise<StageViewer> {
    const session = randomUUID();
    const viewer = new RtpViewer(options);
    this.#ends.push(viewer);
    const grant = this.grant(room, options.grant);
    const { transport, consumers } = await this.node.watch({
      session,
      grant,
      rtpCapabilities: rtpViewerCapabilities(this.node.routerRtpCapabilities),
      viewport: options.viewport,
      upstream: options.upstream,
      spareOf: options.spareOf,
      dtlsParameters: viewer.dtlsParameters,
    });
    await viewer.connect(transport, consumers);
    return { session, identity: grant.identity, viewer, consumers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) end.close();
    this.events.close();
    await this.node.close();
  }
}
