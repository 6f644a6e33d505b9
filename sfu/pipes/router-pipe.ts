import type { types } from 'mediasoup';
import { PIPE_KEY_FRAME_GATHER_MS } from '../limits.ts';

/**
 * Carries a room's tracks from one worker of this machine to another: a pair of pipe transports over loopback, and for
 * each track one consumer at the near end and one producer with the same id at the far end. All simulcast layers pass;
 * the publisher stops those that nobody behind any pipe wants. Key frame requests of the viewers behind it are merged
 * into one.
 */
export class RouterPipe {
  readonly #near: types.PipeTransport;
  readonly #far: types.PipeTransport;
  readonly #carried = new Map<string, Promise<void>>();
  readonly #closeListeners: (() => void)[] = [];
  #closed = false;

  static async create(from: types.Router, to: types.Router): Promise<RouterPipe> {
    const ends = await Promise.allSettled(
      [from, to].map((router) => router.createPipeTransport({ listenInfo: LOOPBACK })),
    );
    const [near, far] = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed || !near || !far) {
      near?.close();
      throw failed?.reason;
    }
    const pipe = new RouterPipe(near, far);
    try {
      await Promise.all([near.connect(addressOf(far)), far.connect(addressOf(near))]);
    } catch (error) {
      pipe.close();
      throw error;
    }
    return pipe;
  }

  private constructor(near: types.PipeTransport, far: types.PipeTransport) {
    this.#near = near;
    this.#far = far;
    // Each end closes with its router or its worker; the other end is then useless.
    for (const end of [near, far]) end.observer.once('close', () => this.close());
  }

  /** Produces the track at the far end, once for all callers. */
  async carry(producer: types.Producer): Promise<void> {
    const earlier = this.#carried.get(producer.id);
    if (earlier) return await earlier;
    const carried = this.#carry(producer);
    this.#carried.set(producer.id, carried);
    const forget = () => this.#carried.delete(producer.id);
    producer.observer.once('close', forget);
    // After a failure the next caller tries again.
    carried.catch(forget);
    await carried;
  }

  get tracks(): number {
    return this.#carried.size;
  }

  /** Bytes of media sent over it. */
  async sentBytes(): Promise<number> {
    const stats = await this.#near.getStats();
    return stats.reduce((sum, { rtpBytesSent }) => sum + rtpBytesSent, 0);
  }

  /** Called when the pipe closes, or at once if it has. */
  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#closeListeners.push(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#near.close();
    this.#far.close();
    for (const listener of this.#closeListeners) listener();
  }

  async #carry(producer: types.Producer): Promise<void> {
    const consumer = await this.#near.consume({ producerId: producer.id });
    try {
      const copy = await this.#far.produce({
        id: producer.id,
        kind: consumer.kind,
        rtpParameters: consumer.rtpParameters,
        paused: consumer.producerPaused,
        keyFrameRequestDelay: PIPE_KEY_FRAME_GATHER_MS,
      });
      followPause(consumer, copy);
      consumer.observer.once('close', () => copy.close());
      copy.observer.once('close', () => consumer.close());
      if (consumer.closed) copy.close();
    } catch (error) {
      consumer.close();
      throw error;
    }
  }
}

/** Pauses the copy while the original is muted. */
function followPause(consumer: types.Consumer, copy: types.Producer): void {
  const follow = () => {
    if (copy.closed) return;
    // Sent even if `copy.paused` says so already: it changes only with the answer, so that a resume right after a pause
    // would be lost. Fails only if the copy's worker died meanwhile.
    (consumer.producerPaused ? copy.pause() : copy.resume()).catch(() => {});
  };
  consumer.on('producerpause', follow);
  consumer.on('producerresume', follow);
  if (copy.paused !== consumer.producerPaused) follow();
}

const LOOPBACK = { protocol: 'udp', ip: '127.0.0.1' } as const;

function addressOf({ tuple }: types.PipeTransport): { ip: string; port: number } {
  return { ip: tuple.localAddress, port: tuple.localPort };
}
