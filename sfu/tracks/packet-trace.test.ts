import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { expect, test, vi } from 'vitest';
import { tracePackets } from './packet-trace.ts';

class ProducerStandIn extends EventEmitter {
  readonly enableTraceEvent = vi.fn(async () => {});

  send(packets: number, atMs: number): void {
    const info = { rtpPacket: { ssrc: 7, timestamp: 960 } };
    for (let i = 0; i < packets; i += 1) this.emit('trace', { type: 'rtp', timestamp: atMs + i, info });
  }
}

test('follows packets until a publisher sends far too many', () => {
  const producer = new ProducerStandIn();
  const handle = vi.fn();
  tracePackets(producer as unknown as types.Producer, ['rtp'], handle);
  for (let second = 1; second < 60; second += 1) producer.send(400, second * 2_000);
  expect(handle).toHaveBeenCalledTimes(59 * 400);
  expect(handle).toHaveBeenLastCalledWith({ type: 'rtp', atMs: expect.any(Number), ssrc: 7, rtpTimestamp: 960 });
  expect(producer.enableTraceEvent.mock.calls).toEqual([[['rtp']]]);
  producer.send(1_000, 500_000);
  expect(producer.enableTraceEvent.mock.calls).toEqual([[['rtp']], [[]]]);
});
