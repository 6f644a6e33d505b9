/**
 * Gives every `vi.waitFor` that names no timeout more than Vitest's second: the machine of the tests is busy with
 * others.
 */
import { vi } from 'vitest';

/** Also that of `expect.poll`, in `vitest.config.ts`. */
const PATIENCE_MS = 15_000;

const { waitFor } = vi;
vi.waitFor = (callback, options = {}) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options });
