import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LayerDemand } from './layer-demand.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function demandOfThreeLayers() {
  const told: number[] = [];
  const demand = new LayerDemand({ topLayer: 2, loweringDelayMs: 1_000, tell: (layer) => told.push(layer) });
  return { demand, told };
}

it('says nothing as long as everything is wanted, as at the start', () => {
  const { demand, told } = demandOfThreeLayers();
  demand.update(2);
  vi.runAllTimers();
  expect(told).toEqual([]);
});

it('lowers after the delay to what is wanted by then, in one step', () => {
  const { demand, told } = demandOfThreeLayers();
  demand.update(1);
  vi.advanceTimersByTime(900);
  demand.update(-1);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(told).toEqual([-1]);
});

it('raises at once, and forgets a lowering that is overtaken', () => {
  const { demand, told } = demandOfThreeLayers();
  demand.update(0);
  vi.runAllTimers();
  demand.update(1);
  demand.update(0);
  demand.update(2);
  vi.runAllTimers();
  expect(told).toEqual([0, 1, 2]);
});

it('does not lower when the layer is wanted again in time', () => {
  const { demand, told } = demandOfThreeLayers();
  demand.update(0);
  vi.advanceTimersByTime(500);
  demand.update(2);
  vi.runAllTimers();
  expect(told).toEqual([]);
});

it('is silent once closed', () => {
  const { demand, told } = demandOfThreeLayers();
  demand.update(0);
  demand.close();
  vi.runAllTimers();
  expect(told).toEqual([]);
});
