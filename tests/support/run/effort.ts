/** How much tests that draw at random or put on load do: little in every run, much with `npm test -- --long`. */
export const isLong = process.env.LOGE_TEST_LONG === '1';

export const effort = ({ short, long }: { short: number; long: number }): number => (isLong ? long : short);

const DRAWN = Date.now() % 1_000_000_000;

/** Drawn anew for each run and part of the test's name; `LOGE_SEED` repeats a run. */
export const SEED = Number(process.env.LOGE_SEED ?? DRAWN);

/**
 * One seed for every short run, so that a fault which nobody has found yet does not fail the suite of another change.
 */
export const pinnedSeed = (seed: number): number => Number(process.env.LOGE_SEED ?? (isLong ? DRAWN : seed));
