import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createIceServers } from './turn.ts';

test('a TURN credential expires and is the HMAC of its user name, as coturn computes it', () => {
  const [server] = createIceServers({ urls: ['turn:turn.example:3478'], secret: 'shared' }, 'lea', 1_000_000);
  const [expiry, identity] = (server?.username ?? '').split(':');
  expect(Number(expiry)).toBe(1_000 + 3600);
  expect(identity).toBe('lea');
  expect(server?.credential).toBe(
    createHmac('sha1', 'shared')
      .update(server?.username ?? '')
      .digest('base64'),
  );
});

test('without TURN there are no ICE servers', () => {
  expect(createIceServers(undefined, 'lea', 0)).toEqual([]);
});
