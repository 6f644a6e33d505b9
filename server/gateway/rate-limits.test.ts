import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../protocol/errors.ts';
import { addressKey, createHttpLimits, createSocketLimits } from './rate-limits.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** How many of `count` requests pass. */
async function passing(count: number, request: (index: number) => Promise<void>): Promise<number> {
  let passed = 0;
  for (let index = 0; index < count; index += 1) {
    const refused = await request(index).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refused === undefined) passed += 1;
    else expect(refused).toMatchObject({ code: 'rate_limited' });
  }
  return passed;
}

describe('socket limits', () => {
  test('allows ten chat messages in five seconds and a burst of five more, then answers how long to wait', async () => {
    const limits = createSocketLimits();
    const send = () => limits.consume('chat', { identity: 'lea', address: '192.0.2.1' });
    expect(await passing(20, send)).toBe(15);
    const error = (await send().catch((it: unknown) => it)) as AppError;
    expect(error).toBeInstanceOf(AppError);
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(error.retryAfterMs).toBeLessThanOrEqual(5_000);
    vi.advanceTimersByTime(error.retryAfterMs ?? 0);
    await send();
  });

  test("one person's excess does not limit others at the same address", async () => {
    const limits = createSocketLimits();
    expect(await passing(10_000, () => limits.consume('money', { identity: 'flood', address: '192.0.2.1' }))).toBe(20);
    await limits.consume('money', { identity: 'lea', address: '192.0.2.1' });
  });

  test("many identities at one address share the address's budget", async () => {
    const limits = createSocketLimits();
    const passed = await passing(2_100, (index) =>
      limits.consume('money', { identity: `fan-${index}`, address: '192.0.2.1' }),
    );
    expect(passed).toBe(2_000);
    await limits.consume('money', { identity: 'fan-0', address: '192.0.2.2' });
  });

  test('thousands of tokens of one address open no more media sessions over HTTP than sockets', async () => {
    const [http, sockets] = [createHttpLimits(), createSocketLimits()];
    const address = '192.0.2.1';
    const opened = await passing(2_000, (index) => http.consume('stage', { identity: `bot-${index}`, address }));
    expect(opened).toBe(await passing(2_000, () => sockets.consume('connect', { address })));
  });

  test('a hundred viewers join from one address within a second', async () => {
    const limits = createSocketLimits();
    const join = async (index: number) => {
      const who = { identity: `fan-${index}`, address: '127.0.0.1' };
      await limits.consume('connect', { address: who.address });
      for (let request = 0; request < 5; request += 1) await limits.consume('stage', who);
    };
    expect(await passing(100, join)).toBe(100);
  });

  test('each class has its own budget', async () => {
    const limits = createSocketLimits();
    await passing(100, () => limits.consume('stage', { identity: 'lea' }));
    await limits.consume('chat', { identity: 'lea' });
  });
});

test('HTTP and sockets count apart', async () => {
  const http = createHttpLimits();
  const sockets = createSocketLimits();
  await passing(50, () => http.consume('money', { identity: 'lea' }));
  await sockets.consume('money', { identity: 'lea' });
});

describe('the key of an address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['not an address', 'not an address'],
    // Some proxies add the client's port.
    ['198.51.100.7:54321', '198.51.100.7'],
    ['[2001:db8:1:2::1]:54321', '2001:db8:1:2::/64'],
  ])('%s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test('the two halves of a /64 share a budget, two networks do not', async () => {
    const limits = createSocketLimits();
    await passing(600, () => limits.consume('connect', { address: '2001:db8:1:2::1' }));
    await expect(limits.consume('connect', { address: '2001:db8:1:2:ffff::9' })).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await limits.consume('connect', { address: '2001:db8:1:3::1' });
  });

  test.each([
    ['signInMail', 240],
    ['signIn', 400],
    ['reportForm', 40],
    ['drawing', 120],
  ] as const)('all networks of a /48 together have a limit: %s', async (limitClass, limit) => {
    const limits = createHttpLimits();
    const ask = (index: number) => limits.consume(limitClass, { address: `2001:db8:1:${index.toString(16)}::1` });
    expect(await passing(500, ask)).toBe(limit);
    await limits.consume(limitClass, { address: '2001:db8:2::1' });
    await limits.consume(limitClass, { address: '192.0.2.1' });
  });
});
