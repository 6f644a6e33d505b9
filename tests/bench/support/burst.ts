/**
 * A join burst: many viewers within one second over the real protocol, with real ICE, DTLS and SRTP, and without
 * decoding.
 */
import type { ConsumerOptions, TransportOptions } from '../../../sfu/contract.ts';
import { RtpViewer, rtpViewerCapabilities } from '../../support/media/rtp-viewer.ts';
import { TestParticipant } from '../../support/people/participant.ts';

/** Milliseconds from starting the socket. */
export interface LightJoin {
  welcomeMs: number;
  answerMs: number;
  mediaConnectedMs: number;
  /** The first decodable frame is complete. */
  decodableMs: number;
}

export interface BurstFigures {
  /** Joins of admitted viewers. */
  joins: LightJoin[];
  failures: string[];
}

const JOIN_LIMIT_MS = 10_000;

export class LightViewer {
  readonly #viewer = new RtpViewer();
  #participant: TestParticipant | undefined;

  /** Resolves with the first decodable frame. */
  async join(url: string, token: string): Promise<LightJoin> {
    const startedAt = performance.now();
    const since = () => performance.now() - startedAt;
    this.#participant = await TestParticipant.connect(url, { token });
    const welcomeMs = since();
    const { dtlsParameters } = this.#viewer;
    const answer = await this.#participant.request('stage:watch', {
      rtpCapabilities: rtpViewerCapabilities(this.#participant.welcome.inside?.stage.routerRtpCapabilities ?? {}),
      dtlsParameters,
      viewport: { width: 1280, height: 720 },
    });
    const answerMs = since();
    await this.#viewer.connect(answer.transport as TransportOptions, answer.consumers as ConsumerOptions[]);
    const mediaConnectedMs = since();
    const decodableMs = (await this.#viewer.firstDecodableFrame) - startedAt;
    return { welcomeMs, answerMs, mediaConnectedMs, decodableMs };
  }

  leave(): void {
    this.#viewer.close();
    this.#participant?.[Symbol.dispose]();
  }
}

/** Starts one viewer per token, evenly over the given time. */
export async function rush(url: string, tokens: readonly string[], withinMs: number): Promise<BurstFigures> {
  // Certificates are generated beforehand, as a browser does on its own machine.
  const viewers = tokens.map((token) => ({ token, viewer: new LightViewer() }));
  const spacingMs = withinMs / viewers.length;
  const startedAt = performance.now();
  const results = await Promise.allSettled(
    viewers.map(async ({ token, viewer }, index) => {
      await pause(startedAt + index * spacingMs - performance.now());
      return await withLimit(viewer.join(url, token));
    }),
  );
  for (const { viewer } of viewers) viewer.leave();
  const joins = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  return { joins, failures };
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs)));
}

function withLimit<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not within ${JOIN_LIMIT_MS} ms`)), JOIN_LIMIT_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
