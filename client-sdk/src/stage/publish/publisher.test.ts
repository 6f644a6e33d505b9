import { expect, it, vi } from 'vitest';
import { AppError } from '../../../../server/protocol/errors.ts';
import type { Connection } from '../../connection/connection.ts';
import { fromWire } from '../../errors.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { Publisher } from './publisher.ts';

type Produce = (event: unknown, callback: (answer: { id: string }) => void, errback: () => void) => void;

/** A transport that announces its tracks to the server, like mediasoup-client. */
class FakeTransport {
  readonly connectionState = 'connected';
  readonly close = vi.fn();
  #produce: Produce | undefined;

  on(name: string, handle: Produce): void {
    if (name === 'produce') this.#produce = handle;
  }

  async produce({ track, appData }: { track: MediaStreamTrack; appData: unknown }) {
    const { id } = await new Promise<{ id: string }>((resolve, reject) =>
      this.#produce?.({ kind: track.kind, rtpParameters: {}, appData }, resolve, reject),
    );
    return { id, closed: false, rtpParameters: {}, close: vi.fn() };
  }
}

it('removes a track also from the old session after a move', async () => {
  const requests: { name: string; input: Record<string, unknown> }[] = [];
  let sessions = 0;
  const request = async (name: string, input: Record<string, unknown>) => {
    requests.push({ name, input });
    // The old session may have ended on the server already.
    if (name === 'stage:unproduce' && input.session === 'session_1')
      throw fromWire(new AppError('session_not_found').toWire());
    if (name === 'stage:publish') {
      sessions += 1;
      return { session: `session_${sessions}`, transport: {} };
    }
    return { producerId: `${input.session}_${input.source}` };
  };
  const engine = {
    ready: async () => ({ canProduce: () => true, sendRtpCapabilities: {} }),
    dtlsParameters: async () => undefined,
    createTransport: async () => new FakeTransport(),
  };
  const publisher = new Publisher({
    // Only the members that the publisher uses.
    connection: { state: 'connected', request, requestReliably: request } as unknown as Pick<
      Connection,
      'request' | 'requestReliably' | 'state'
    >,
    engine: engine as unknown as MediaEngine,
    log: () => {},
    handlers: { onEnded: vi.fn(), onLayers: vi.fn() },
  });
  const track = { id: 'track_1', kind: 'audio', getSettings: () => ({}) } as unknown as MediaStreamTrack;
  await publisher.publish([{ source: 'microphone', track, muted: false }]);
  publisher.handleMoveWanted({ session: 'session_1' as never });
  await vi.waitFor(() => expect(publisher.session).toBe('session_2'));
  await publisher.remove('microphone');
  expect(requests.filter(({ name }) => name === 'stage:unproduce').map(({ input }) => input)).toEqual([
    { session: 'session_1', producerId: 'session_1_microphone' },
    { session: 'session_2', producerId: 'session_2_microphone' },
  ]);
  publisher.close();
});
