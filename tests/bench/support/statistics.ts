/** Figures of a series of measurements, in the unit that they were given in. */
export interface Percentiles {
  p50: number;
  p95: number;
}

/** The value below which this share of the samples lies, without interpolation: one that was really measured. */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = [...samples].sort((left, right) => left - right);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[index] ?? Number.NaN;
}

export function percentiles(samples: readonly number[]): Percentiles {
  return { p50: round(percentile(samples, 0.5)), p95: round(percentile(samples, 0.95)) };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
