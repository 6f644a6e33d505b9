/** Raises the default timeout of `vi.waitFor` above Vitest's second, for loaded machines. */
import { vi } from 'vitest';

/** `vitest.config.ts` sets the same for `expect.poll`. */
const PATIENCE_MS = 15_000;

const { waitFor } = vi;
vi.waitFor = (callback, options = {}) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options });
