/** Scales random and load tests: small by default, large with `npm test -- --long`. */
export const isLong = process.env.LOGE_TEST_LONG === '1';

export const effort = ({ short, long }: { short: number; long: number }): number => (isLong ? long : short);

const DRAWN = Date.now() % 1_000_000_000;

/** Drawn for each run and part of test names; `LOGE_SEED` repeats a run. */
export const SEED = Number(process.env.LOGE_SEED ?? DRAWN);

/** A fixed seed for short runs, so that an unknown failure does not block an unrelated change. */
export const pinnedSeed = (seed: number): number => Number(process.env.LOGE_SEED ?? (isLong ? DRAWN : seed));
