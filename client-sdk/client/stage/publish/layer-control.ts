/**
 * Switches the simulcast layers of one producer on and off, as viewers need them. Requests may arrive faster than a
 * negotiation takes: one change runs at a time, and the last request wins.
 */
import type { Producer } from 'mediasoup-client/types';
import { delay } from '../../backoff.ts';
import { STAGE } from '../../limits.ts';

/** Paused, it sends no packets at all. */
export type LayeredProducer = Pick<Producer, 'closed' | 'setMaxSpatialLayer' | 'rtpSender' | 'pause' | 'resume'>;

/** TypeScript's DOM types lack the second parameter. */
type KeyFrameSender = Pick<RTCRtpSender, 'getParameters'> & {
  setParameters(
    parameters: RTCRtpSendParameters,
    options?: { encodingOptions: { keyFrame: boolean }[] },
  ): Promise<void>;
};

/** Long enough for the browser to begin probing. */
const PROBE_MS = 200;

export class LayerControl {
  readonly #producer: LayeredProducer;
  readonly #onApplied: (maxSpatialLayer: number) => void;
  #wanted: number | null = null;
  #limit: number | null = null;
  #drained: Promise<unknown> | null = null;
  #applied: number | null = null;
  #isKeyFrameDue = false;
  #probeBps = 0;
  #isRunning = false;

  constructor(producer: LayeredProducer, onApplied: (maxSpatialLayer: number) => void) {
    this.#producer = producer;
    this.#onApplied = onApplied;
  }

  /** -1 switches every layer off. */
  want(maxSpatialLayer: number): void {
    this.#wanted = maxSpatialLayer;
    void this.#run();
  }

  /** Switches all layers on. */
  wantAll(): void {
    this.want(this.#topLayer);
  }

  /**
   * The uplink carries no higher layers; null: it does. Until `drained` settles nothing is sent: a pause drops the
   * packets that the browser has queued, above all those to be sent again, which otherwise go before all others. To
   * switch layers off is not enough, because libwebrtc has one sender for all layers of a track.
   */
  limit(maxSpatialLayer: number | null, drained: Promise<unknown> | null = null): void {
    if (maxSpatialLayer !== null) this.#wanted ??= this.#topLayer;
    this.#limit = maxSpatialLayer;
    this.#drained = drained;
    void this.#run();
  }

  /**
   * Requests a key frame of every layer (webrtc-extensions, `RTCEncodingOptions.keyFrame`), where the browser supports
   * it.
   */
  requestKeyFrame(): void {
    this.#isKeyFrameDue = true;
    void this.#run();
  }

  /**
   * Makes the browser probe whether the uplink carries `bps`: libwebrtc does so when it may suddenly send more than its
   * estimate, up to twice the estimate.
   */
  probe(bps: number): void {
    this.#probeBps = bps;
    void this.#run();
  }

  get #topLayer(): number {
    return Math.max(0, (this.#producer.rtpSender?.getParameters().encodings.length ?? 1) - 1);
  }

  async #probe(bps: number): Promise<void> {
    this.#probeBps = 0;
    const sender = this.#producer.rtpSender;
    const layer = sender?.getParameters().encodings.findLastIndex(({ active }) => active) ?? -1;
    const usual = sender?.getParameters().encodings[layer]?.maxBitrate;
    if (!sender || usual === undefined || usual >= bps) return;
    const allow = async (maxBitrate: number): Promise<boolean> => {
      const parameters = sender.getParameters();
      parameters.encodings[layer] = { ...parameters.encodings[layer], maxBitrate };
      return await sender.setParameters(parameters).then(
        () => true,
        () => false,
      );
    };
    if (!(await allow(bps))) return;
    await delay(PROBE_MS);
    for (let tries = 0; !this.#producer.closed && tries < STAGE.layerRetries && !(await allow(usual)); tries += 1)
      await delay(STAGE.layerRetryMs);
  }

  async #forceKeyFrame(): Promise<void> {
    this.#isKeyFrameDue = false;
    const sender: KeyFrameSender | undefined = this.#producer.rtpSender;
    if (!sender || this.#producer.closed) return;
    const parameters = sender.getParameters();
    // An inactive encoder would block the sender until it is switched on, and it starts with a key frame anyway.
    if (!parameters.encodings.some(({ active }) => active)) return;
    const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
    await sender.setParameters(parameters, { encodingOptions }).catch(() => undefined);
  }

  /** One change at a time: the sender rejects concurrent calls of setParameters(). */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let retries = 0;
    let isPaused = false;
    try {
      while (!this.#producer.closed) {
        if (this.#drained && !isPaused) {
          this.#producer.pause();
          isPaused = true;
        }
        const target = this.#wanted && Math.min(this.#wanted, this.#limit ?? this.#wanted);
        if (target !== null && target !== this.#applied) {
          await this.#apply(target);
          if (!this.#isSet(target) && retries++ < STAGE.layerRetries) {
            // The sender rejects changes while a key frame is pending.
            await delay(STAGE.layerRetryMs);
            continue;
          }
          retries = 0;
          this.#applied = target;
          if (!this.#producer.closed) this.#onApplied(target);
        } else if (this.#drained) {
          const drained = this.#drained;
          this.#drained = null;
          await drained;
        } else if (isPaused) {
          this.#producer.resume();
          isPaused = false;
        } else if (this.#probeBps > 0) {
          await this.#probe(this.#probeBps);
        } else if (this.#isKeyFrameDue) {
          // Not awaited: the promise resolves only with the next encoded frame.
          void this.#forceKeyFrame();
        } else return;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #apply(maxSpatialLayer: number): Promise<void> {
    // The sender first: it takes effect at once, while a negotiation may be queued.
    await this.#setSender(maxSpatialLayer);
    // mediasoup-client must know the layers too, or its next negotiation would switch them on again. It swallows
    // failures, so set the sender again if needed.
    await this.#producer.setMaxSpatialLayer(maxSpatialLayer).catch(() => undefined);
    await this.#setSender(maxSpatialLayer);
  }

  #isSet(maxSpatialLayer: number): boolean {
    const sender = this.#producer.rtpSender;
    if (!sender || this.#producer.closed) return true;
    return sender.getParameters().encodings.every(({ active }, layer) => active === layer <= maxSpatialLayer);
  }

  async #setSender(maxSpatialLayer: number): Promise<void> {
    const sender = this.#producer.rtpSender;
    if (!sender || this.#isSet(maxSpatialLayer)) return;
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding, layer) => {
      encoding.active = layer <= maxSpatialLayer;
    });
    await sender.setParameters(parameters).catch(() => undefined);
  }
}
