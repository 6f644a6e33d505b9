/** Scales random and load tests: small by default, large with `npm test -- --long`. */
export const isLong = process.env.LOGE_TEST_LONG === '1';

export const effort = ({ short, long }: { short: number; long: number }): number => (isLong ? long : short);

/** Vitest's workers inherit it from the main process, which loads this file first. */
process.env.LOGE_TEST_DRAWN ??= String(Date.now() % 1_000_000_000);
const DRAWN = Number(process.env.LOGE_TEST_DRAWN);

/** Drawn for each run and part of test names; `LOGE_SEED` repeats a run. */
export const SEED = Number(process.env.LOGE_SEED ?? DRAWN);

/**
 * After how many steps of some work its process is killed, in turn; the loop ends it once the work was not interrupted.
 * `max`: more steps than the work has. Every step with `--long`, otherwise every fifth from a drawn one on, so that
 * several runs cover them all.
 */
export function* killSteps(max: number): Generator<number> {
  const stride = effort({ short: 5, long: 1 });
  for (let steps = SEED % stride; steps < max + stride - 1; steps += stride) yield steps;
  throw new Error(`The work was still interrupted after ${max} steps (seed ${SEED}).`);
}

/** Equal variants of one behaviour: all with `--long`, otherwise one drawn for the run. */
export const drawVariants = <T>(variants: T[]): T[] =>
  isLong ? variants : variants.filter((_, index) => index === SEED % variants.length);

/** A fixed seed for short runs, so that an unknown failure does not block an unrelated change. */
export const pinnedSeed = (seed: number): number => Number(process.env.LOGE_SEED ?? (isLong ? DRAWN : seed));
