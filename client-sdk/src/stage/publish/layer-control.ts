/**
 * Switches the simulcast layers of one producer to what is watched. Wishes may come faster than a negotiation takes: one runs at a
 * time, and the last wish wins. A producer that is replaced gets a new control, so that no old wish reaches it.
 */
import type { Producer } from 'mediasoup-client/types';
import { STAGE } from '../../limits.ts';

export type LayeredProducer = Pick<Producer, 'closed' | 'setMaxSpatialLayer' | 'rtpSender'>;

/** TypeScript's DOM does not have the second parameter yet. */
type KeyFrameSender = Pick<RTCRtpSender, 'getParameters'> & {
  setParameters(
    parameters: RTCRtpSendParameters,
    options?: { encodingOptions: { keyFrame: boolean }[] },
  ): Promise<void>;
};

export class LayerControl {
  readonly #producer: LayeredProducer;
  readonly #onApplied: (maxSpatialLayer: number) => void;
  #wanted: number | null = null;
  #applied: number | null = null;
  #keyFrameDue = false;
  #running = false;

  constructor(producer: LayeredProducer, onApplied: (maxSpatialLayer: number) => void) {
    this.#producer = producer;
    this.#onApplied = onApplied;
  }

  /** -1 switches every layer off. */
  want(maxSpatialLayer: number): void {
    this.#wanted = maxSpatialLayer;
    if (!this.#running) void this.#run();
  }

  /** Everything that there is: what was switched off ahead of its time begins. */
  wantAll(): void {
    this.want(Math.max(0, (this.#producer.rtpSender?.getParameters().encodings.length ?? 1) - 1));
  }

  /** Asks the encoder of every layer for a key frame (webrtc-extensions, `RTCEncodingOptions.keyFrame`); does nothing where it cannot. */
  giveKeyFrame(): void {
    this.#keyFrameDue = true;
    // A sender that is set twice at the same time refuses one of them.
    if (!this.#running) void this.#run();
  }

  async #giveKeyFrame(): Promise<void> {
    this.#keyFrameDue = false;
    const sender: KeyFrameSender | undefined = this.#producer.rtpSender;
    if (!sender || this.#producer.closed) return;
    const parameters = sender.getParameters();
    // An encoder that rests would answer only once it is switched on, and refuse to be until then. It begins with a key
    // frame anyway.
    if (!parameters.encodings.some(({ active }) => active)) return;
    const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
    await sender.setParameters(parameters, { encodingOptions }).catch(() => undefined);
  }

  async #run(): Promise<void> {
    this.#running = true;
    let retries = 0;
    try {
      while (!this.#producer.closed) {
        const target = this.#wanted;
        if (target !== null && target !== this.#applied) {
          await this.#apply(target);
          if (!this.#isSet(target) && retries++ < STAGE.layerRetries) {
            // The sender refuses to be set while a key frame is on its way.
            await new Promise((resolve) => setTimeout(resolve, STAGE.layerRetryMs));
            continue;
          }
          retries = 0;
          this.#applied = target;
          if (!this.#producer.closed) this.#onApplied(target);
        } else if (this.#keyFrameDue) {
          // Not waited for: an encoder that rests answers only once it has something to encode.
          void this.#giveKeyFrame();
        } else return;
      }
    } finally {
      this.#running = false;
    }
  }

  async #apply(maxSpatialLayer: number): Promise<void> {
    // The sender first: it takes effect at once, while a negotiation may have to wait for another.
    await this.#setSender(maxSpatialLayer);
    // mediasoup-client also keeps the layers in its SDP, without which the next negotiation would switch them on again. It swallows
    // failures, so the sender is looked at once more.
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
