import { describe, expect, test } from 'vitest';
import { returnPath } from '../../protocol/accounts/people.ts';
import { deviceName } from './device-name.ts';
import { assertHandle, assertName, foldHandle } from './handles.ts';
import { mailboxOf, parseAddress } from './mail-addresses.ts';

describe('addresses', () => {
  test('one address has one form', () => {
    for (const form of ['Ann.Lee@Example.org', ' ann.lee@EXAMPLE.ORG ']) {
      expect(parseAddress(form)).toBe('ann.lee@example.org');
    }
    expect(parseAddress('ann@Müller.example')).toBe('ann@xn--mller-kva.example');
  });

  test.each([
    'ann',
    '@example.org',
    'ann@',
    'ann@b@c',
    'ann@example.org\nBcc: x@y.z',
    'ann <a@example.org>',
    'añn@example.org',
  ])('%j is no address', (text) => expect(() => parseAddress(text)).toThrow('not an email address'));

  test('tags, and dots where the provider ignores them, lead to one mailbox', () => {
    expect(mailboxOf('ann.lee+shop@example.org')).toBe('ann.lee@example.org');
    expect(mailboxOf('a.n.n+x@gmail.com')).toBe(mailboxOf('ann@gmail.com'));
  });
});

describe('handles', () => {
  test.each([
    ['lea', 'handle_invalid', false],
    ['lea.martin_92', 'handle_invalid', false],
    ['le', 'handle_invalid', true],
    ['Lea', 'handle_invalid', true],
    ['léa', 'handle_invalid', true],
    ['lе-a', 'handle_invalid', true],
    ['lea.', 'handle_invalid', true],
    ['l__ea', 'handle_invalid', true],
    ['a'.repeat(31), 'handle_invalid', true],
    ['adm1n', 'handle_unavailable', true],
    ['l0ge', 'handle_unavailable', true],
    ['loge-lea', 'handle_unavailable', true],
    ['lea.supp0rt', 'handle_unavailable', true],
    ['signin', 'handle_unavailable', true],
    ['logement', 'handle_unavailable', false],
    ['club.lune', 'handle_unavailable', true],
    ['lea-clublune', 'handle_unavailable', true],
    ['lunette', 'handle_unavailable', false],
  ])('%s: %s %s', (handle, code, isRefused) => {
    const check = () => assertHandle(handle, 'Club Lune');
    if (isRefused) expect(check).toThrow(expect.objectContaining({ code }));
    else expect(check).not.toThrow();
  });

  test.each([
    ['marie', 'marle'],
    ['marie', 'mar1e'],
    ['morne', 'mome'],
    ['noah.vv', 'noahw'],
    ['lea_martin', 'lea.martin'],
    ['zoe', 'z0e'],
  ])('%s and %s look alike', (one, other) => expect(foldHandle(one)).toBe(foldHandle(other)));
});

test.each([
  ['Loge Support', true],
  ['Lоgе Suppоrt', true],
  ['L0ge • Léa', true],
  ['L O G E', true],
  ['Équipe Loge', true],
  ['Support Team', true],
  ['Modérateur', true],
  ['Admin', true],
  ['Ádmin1strator', true],
  ['Léa Officiel', false],
  ['Marie Logement', false],
  ['Éloge', false],
  ['Соня', false],
  ['🎭', false],
])('the name %s stands for the house or its staff: %s', (name, isReserved) => {
  const check = () => assertName(name, 'Loge');
  if (isReserved) expect(check).toThrow(expect.objectContaining({ code: 'name_reserved' }));
  else expect(check).not.toThrow();
});

test('a device has a short name', () => {
  const android = 'Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0';
  const edge = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0';
  expect([android, edge, 'curl/8', undefined].map(deviceName)).toEqual(['Firefox, Android', 'Edge, Windows', '', '']);
});

test('only paths of this site are returned to', () => {
  for (const path of ['/', '/rooms/room_1?lang=fr']) expect(returnPath.safeParse(path).success).toBe(true);
  for (const path of ['//evil.example', '/\\evil.example', 'https://evil.example', '/a\n', 'javascript:x', '/a#b'])
    expect([path, returnPath.safeParse(path).success]).toEqual([path, false]);
});
