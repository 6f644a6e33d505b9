const DISPOSE_LIMIT_MS = 30_000;

/**
 * Runs a benchmark and exits: with 1 after an error, after `limitMs`, or if the benchmark has set `process.exitCode`.
 * Everything on the stack is disposed first.
 */
export async function runLimited(run: (stack: AsyncDisposableStack) => Promise<void>, limitMs: number): Promise<never> {
  const stack = new AsyncDisposableStack();
  const { promise: late, reject } = Promise.withResolvers<never>();
  setTimeout(() => reject(new Error(`The benchmark timed out after ${limitMs / 1_000} s.`)), limitMs).unref();
  setTimeout(() => process.exit(1), limitMs + DISPOSE_LIMIT_MS).unref();
  try {
    await Promise.race([run(stack), late]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
  await stack.disposeAsync();
  process.exit();
}
