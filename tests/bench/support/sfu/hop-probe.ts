/**
 * A viewer that notes when each packet of video came and opens them only afterwards, so that looking at one delays none
 * that comes after it.
 */
import type { ConsumerOptions, DtlsParameters, TransportOptions } from '../../../../sfu/contract.ts';
import { RtpEndpoint } from '../../../support/media/rtp-endpoint.ts';
import { sentAtOf } from '../../../support/media/rtp-vp8.ts';

const NOTED_MAX = 200_000;

export class HopProbe {
  readonly #endpoint: RtpEndpoint;
  readonly #ssrcs = new Set<number>();
  readonly #noted: { at: bigint; packet: Buffer }[] = [];

  constructor() {
    this.#endpoint = new RtpEndpoint({
      handleRtp: (packet) => {
        if (this.#noted.length < NOTED_MAX) this.#noted.push({ at: process.hrtime.bigint(), packet });
      },
    });
  }

  get dtlsParameters(): DtlsParameters {
    return this.#endpoint.dtlsParameters;
  }

  async connect(transport: TransportOptions, consumers: ConsumerOptions[]): Promise<void> {
    for (const { rtpParameters } of consumers) {
      for (const { ssrc } of (rtpParameters.encodings ?? []) as { ssrc: number }[]) this.#ssrcs.add(ssrc);
    }
    await this.#endpoint.connect(transport);
  }

  /** When each packet came, by when it was sent; both in nanoseconds of the system's monotonic clock. */
  arrivals(): Map<bigint, bigint> {
    const arrivals = new Map<bigint, bigint>();
    for (const { at, packet } of this.#noted) {
      const clear = this.#ssrcs.has(packet.readUInt32BE(8)) ? this.#endpoint.openRtp(packet) : undefined;
      if (clear) arrivals.set(sentAtOf(clear), at);
    }
    return arrivals;
  }

  close(): void {
    this.#endpoint.close();
  }
}
