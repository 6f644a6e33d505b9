import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AppError, ERROR_CATALOGUE } from './errors.ts';
import { EVENTS, REQUESTS } from './realtime.ts';

const page = readFileSync(new URL('./README.md', import.meta.url), 'utf8');

test('the page lists exactly the codes of the catalogue, with their status and whether to retry', () => {
  const listed = [...page.matchAll(/^\| `(\w+)` +\| (\d{3}) +\| (yes|no) +\|$/gm)].map(
    ([, code, status, retryable]) => ({
      code,
      status: Number(status),
      retryable: retryable === 'yes',
    }),
  );
  const catalogue = Object.entries(ERROR_CATALOGUE).map(([code, { status, retryable }]) => ({
    code,
    status,
    retryable,
  }));
  expect(listed).toEqual(catalogue);
});

test('each number of a rule on the page stands for one rule', () => {
  const numbers = [...page.matchAll(/^- \*\*(R\w+)\*\*/gm)].map(([, number]) => number);
  expect(numbers.filter((number, index) => numbers.indexOf(number) < index)).toEqual([]);
});

test('the page names every request and every event', () => {
  for (const name of [...Object.keys(REQUESTS), ...Object.keys(EVENTS)]) expect(page).toContain(`\`${name}\``);
});

test('the wire error has code, message and retryable, but not the cause', () => {
  const error = new AppError('rate_limited', undefined, { retryAfterMs: 250, cause: new Error('secret') });
  expect(error.toWire()).toEqual({
    code: 'rate_limited',
    message: ERROR_CATALOGUE.rate_limited.message,
    retryable: true,
    retryAfterMs: 250,
  });
});
