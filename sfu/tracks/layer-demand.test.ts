import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LayerDemand } from './layer-demand.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function demandOfThreeLayers() {
  const requested: number[] = [];
  const demand = new LayerDemand({ topLayer: 2, loweringDelayMs: 1_000, emit: (layer) => requested.push(layer) });
  return { demand, requested };
}

it('requests nothing as long as all layers are wanted, as at the start', () => {
  const { demand, requested } = demandOfThreeLayers();
  demand.update(2);
  vi.runAllTimers();
  expect(requested).toEqual([]);
});

it('lowers after the delay to the layer wanted by then, in one step', () => {
  const { demand, requested } = demandOfThreeLayers();
  demand.update(1);
  vi.advanceTimersByTime(900);
  demand.update(-1);
  expect(requested).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(requested).toEqual([-1]);
});

it('raises at once, and cancels a pending lowering', () => {
  const { demand, requested } = demandOfThreeLayers();
  demand.update(0);
  vi.runAllTimers();
  demand.update(1);
  demand.update(0);
  demand.update(2);
  vi.runAllTimers();
  expect(requested).toEqual([0, 1, 2]);
});

it('does not lower when the layer is wanted again in time', () => {
  const { demand, requested } = demandOfThreeLayers();
  demand.update(0);
  vi.advanceTimersByTime(500);
  demand.update(2);
  vi.runAllTimers();
  expect(requested).toEqual([]);
});

it('is silent once closed', () => {
  const { demand, requested } = demandOfThreeLayers();
  demand.update(0);
  demand.close();
  vi.runAllTimers();
  expect(requested).toEqual([]);
});
