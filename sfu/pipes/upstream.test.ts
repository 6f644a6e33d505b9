import type { types } from 'mediasoup';
import { expect, it, onTestFinished, vi } from 'vitest';
import { SfuError } from '../contract.ts';
import { silentLog } from '../log.ts';
import { Upstream, type UpstreamLink } from './upstream.ts';

/** An upstream on a router that makes its pipe in this way. */
function open(createPipeTransport: () => Promise<types.PipeTransport>) {
  const link = vi.fn<() => UpstreamLink>();
  const unpin = vi.fn();
  const upstream = new Upstream({
    room: {
      name: 'room_behind',
      routerForStage: () => ({ createPipeTransport, pin: () => {}, unpin }),
      handleTrackAdded: () => {},
      handleTracksRemoved: () => {},
      handleTrackMuted: () => {},
      handleSentLayerChanged: () => {},
    },
    node: 'sfu_edge',
    source: { node: 'sfu_origin', url: 'wss://127.0.0.1:1' },
    link,
    log: silentLog,
    loweringDelayMs: 200,
  });
  return { upstream, link, unpin };
}

it('opens no connection to the other node for a pull that its worker never begins', async () => {
  const { upstream, link, unpin } = open(() => Promise.reject(new SfuError('node_unavailable', 'The worker died.')));
  upstream.start();
  await upstream.known;
  upstream.close();
  expect(unpin).toHaveBeenCalledOnce();
  expect(link).not.toHaveBeenCalled();
});

it('opens no connection to the other node for a room that closed while its pipe was being made', async () => {
  const made = Promise.withResolvers<types.PipeTransport>();
  const { upstream, link, unpin } = open(() => made.promise);
  upstream.start();
  upstream.close();
  const close = vi.fn();
  // As much of a transport as is needed to drop it.
  made.resolve({ close, observer: { once: () => {} } } as unknown as types.PipeTransport);
  await vi.waitFor(() => expect(unpin).toHaveBeenCalledOnce());
  expect(close).toHaveBeenCalledOnce();
  expect(link).not.toHaveBeenCalled();
});

it('does not repeat a pull that ended because the other node is gone', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const createPipeTransport = vi.fn(
    async () =>
      ({
        tuple: { localAddress: '127.0.0.1', localPort: 40_000 },
        close: () => {},
        observer: { once: () => {} },
      }) as unknown as types.PipeTransport,
  );
  const { upstream, link } = open(createPipeTransport);
  link.mockReturnValue({
    pull: async (_, { session }) => {
      upstream.handleEnded(session, 'node_lost');
      throw new SfuError('node_unavailable', 'The connection was refused.');
    },
    wantLayer: () => {},
    wantKeyFrame: () => {},
    release: () => {},
  });
  upstream.start();
  await upstream.known;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(createPipeTransport).toHaveBeenCalledOnce();
});
