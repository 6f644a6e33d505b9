import { expect, test } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

const open = { username: undefined, password: undefined, tls: false };

test('one server, with and without TLS, user and database', () => {
  expect(parseRedisUrl('redis://cache')).toEqual({
    kind: 'single',
    endpoint: { host: 'cache', port: 6379 },
    db: 0,
    ...open,
  });
  expect(parseRedisUrl('rediss://loge:p%40ss@10.0.0.7:6380/3')).toEqual({
    kind: 'single',
    endpoint: { host: '10.0.0.7', port: 6380 },
    db: 3,
    username: 'loge',
    password: 'p@ss',
    tls: true,
  });
  expect(parseRedisUrl('redis://:secret@[::1]:7000')).toMatchObject({
    endpoint: { host: '::1', port: 7000 },
    password: 'secret',
  });
});

test('a primary behind sentinels', () => {
  expect(parseRedisUrl('redis+sentinel://a,b:26380/loge?db=2&sentinelPassword=s')).toEqual({
    kind: 'sentinel',
    endpoints: [
      { host: 'a', port: 26_379 },
      { host: 'b', port: 26_380 },
    ],
    master: 'loge',
    db: 2,
    sentinelPassword: 's',
    ...open,
  });
});

test('a cluster', () => {
  expect(parseRedisUrl('rediss+cluster://u:p@a:7000,b:7001')).toEqual({
    kind: 'cluster',
    endpoints: [
      { host: 'a', port: 7000 },
      { host: 'b', port: 7001 },
    ],
    username: 'u',
    password: 'p',
    tls: true,
  });
});

test.each([
  'http://cache',
  'redis://',
  'redis://a,b',
  'redis://a:99999',
  'redis://a/first',
  'redis+sentinel://a:26379',
  'redis+cluster://a/2',
  'redis+ring://a',
])('%s is refused with a message that does not repeat a password', (url) => {
  const withPassword = url.replace('://', '://:hunter2@');
  expect(() => parseRedisUrl(url)).toThrow();
  expect(() => parseRedisUrl(withPassword)).toThrow(/^(?!.*hunter2)/);
});
