import { expect, test } from 'vitest';
import { ConfigError, DEVELOPMENT_API_SECRET, parseConfig } from './config.ts';

const faultsOf = (env: Record<string, string>) => {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

test('development needs nothing', () => {
  const config = parseConfig({});
  expect(config).toMatchObject({ port: 3000, publicUrl: 'http://localhost:3000', apiKey: 'devkey', development: true });
  expect(Object.isFrozen(config)).toBe(true);
});

test('production refuses every development default, all of them named in one message', () => {
  const faults = faultsOf({ NODE_ENV: 'production', LOGE_API_KEY: 'devkey', LOGE_API_SECRET: DEVELOPMENT_API_SECRET });
  for (const name of [
    'DATABASE_URL',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
    'LOGE_API_KEY',
    'LOGE_API_SECRET',
    'LOGE_PUBLIC_URL',
    'LOGE_ALLOWED_ORIGINS',
    'LOGE_SFU_LISTEN_IP',
    'LOGE_SFU_ANNOUNCED_ADDRESS',
    'LOGE_SFU_PORT',
    'LOGE_SFU_SECRET',
  ]) {
    expect(faults.filter((fault) => fault.startsWith(`${name}:`))).toHaveLength(1);
  }
});

test('faults of different kinds are named together', () => {
  const faults = faultsOf({ PORT: '99999', DATABASE_URL: 'mysql://x', LOGE_TURN_URLS: 'turn:x' });
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['PORT', 'DATABASE_URL', 'LOGE_TURN_SECRET']);
});

test('an empty variable is an absent one', () => {
  expect(parseConfig({ PORT: '', DATABASE_URL: '' }).port).toBe(3000);
});

test('adult content is refused with Stripe, and the message says why', () => {
  expect(faultsOf({ CONTENT_POLICY: 'adult' })).toEqual([expect.stringMatching(/^CONTENT_POLICY: Stripe.*adult/)]);
  expect(parseConfig({ CONTENT_POLICY: 'standard', WALLET_MODE: 'off', LOGE_HOUSE_COUNTRY: 'DE' })).toMatchObject({
    walletMode: 'off',
    houseCountry: 'DE',
  });
  expect(faultsOf({ WALLET_MODE: 'maybe' })).toHaveLength(1);
});

test('Redis wants a Postgres beside it, and a gateway among several wants both', () => {
  const DATABASE_URL = 'postgres://loge@db/loge';
  expect(faultsOf({ REDIS_URL: 'redis://cache' })).toEqual([
    expect.stringMatching(/^DATABASE_URL: needed with REDIS_URL/),
  ]);
  expect(faultsOf({ REDIS_URL: 'redis://a,b', DATABASE_URL })).toEqual([
    expect.stringMatching(/^REDIS_URL: .*several hosts/),
  ]);
  for (const REDIS_URL of [
    'redis://cache',
    'rediss://:p@cache:6380/1',
    'redis+sentinel://a,b/loge',
    'redis+cluster://a,b',
  ]) {
    expect(parseConfig({ REDIS_URL, DATABASE_URL }).redisUrl).toBe(REDIS_URL);
  }
  expect(() => parseConfig({ DATABASE_URL }, 'gateway')).toThrow(/REDIS_URL: needed to run one gateway of several/);
  expect(parseConfig({ DATABASE_URL, REDIS_URL: 'redis://cache' }, 'gateway').databaseUrl).toBe(DATABASE_URL);
});
