import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameRateRise } from './frame-rate-rise.ts';

class ConsumerStandIn extends EventEmitter {
  readonly observer = new EventEmitter();
  readonly asked: types.ConsumerLayers[] = [];

  async setPreferredLayers(layers: types.ConsumerLayers): Promise<void> {
    this.asked.push(layers);
  }
}

const watched = () => {
  const consumer = new ConsumerStandIn();
  FrameRateRise.watch(consumer as unknown as types.Consumer, () => 1);
  return consumer;
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a viewer on the lowest frame rate is checked again, and ends with the preferred layers', () => {
  const consumer = watched();
  consumer.emit('layerschange', { spatialLayer: 1, temporalLayer: 0 });
  vi.advanceTimersByTime(150);
  expect(consumer.asked).toEqual([{ spatialLayer: 1, temporalLayer: 0 }, { spatialLayer: 1 }]);
});

test('does not change a consumer that has risen or is closed', () => {
  const [risen, gone] = [watched(), watched()];
  for (const consumer of [risen, gone]) consumer.emit('layerschange', { spatialLayer: 1, temporalLayer: 0 });
  risen.emit('layerschange', { spatialLayer: 1, temporalLayer: 2 });
  gone.observer.emit('close');
  vi.advanceTimersByTime(10_000);
  expect([risen.asked, gone.asked]).toEqual([[], []]);
});

test('stops checking a consumer that cannot rise', () => {
  const consumer = watched();
  consumer.emit('layerschange', { spatialLayer: 0, temporalLayer: 0 });
  vi.advanceTimersByTime(60_000);
  expect(consumer.asked.length).toBeLessThanOrEqual(6);
});
