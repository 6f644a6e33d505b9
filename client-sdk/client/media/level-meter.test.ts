import { describe, expect, it } from 'vitest';
import { createLevelMeter, levelOf } from './level-meter.ts';

it('is silent without a stream, as before the microphone is open', () => {
  const meter = createLevelMeter(null);
  expect(meter.level).toBe(0);
  meter.close();
});

describe('levelOf', () => {
  it('is 0 for silence and below the floor', () => {
    expect(levelOf(0)).toBe(0);
    expect(levelOf(0.000_1)).toBe(0);
  });

  it('is 1 at full scale and above', () => {
    expect(levelOf(1)).toBe(1);
    expect(levelOf(2)).toBe(1);
  });

  it('is half at half the decibels', () => {
    expect(levelOf(10 ** (-30 / 20))).toBeCloseTo(0.5);
  });
});
