/** API keys on every database, in two processes whose buses are not connected. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiKeys } from '../../../server/accounts/api-keys.ts';
import type { LiveKey } from '../../../server/accounts/key-ring.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import { SCOPES, type Scope } from '../../../server/protocol/keys.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { codeOf, createBus } from '../../support/houses/chat-house.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const KEY = 'an_encryption_key_of_these_tests_000';
const NEXT_KEY = 'the_encryption_key_that_replaces_it_0';
const FIRST = { id: 'first', secrets: ['the_secret_of_the_first_key_00000000'], scopes: SCOPES };

describe.each(DATABASES)('API keys on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let clock: MovableClock;
  const opened: ApiKeys[] = [];
  const logged: string[] = [];

  beforeEach(async () => {
    db = await open();
    clock = new MovableClock();
  });

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await db[Symbol.asyncDispose]();
  });

  /** Starts a second process. */
  async function start(encryptionKeys = [KEY]): Promise<ApiKeys> {
    const note = (_fields: object, message: string) => void logged.push(message);
    const log = { debug: note, info: note, warn: note, error: note, child: () => log };
    const box = new SecretBox(encryptionKeys);
    const keys = await ApiKeys.create({ db, box, clock, bus: createBus(), log, builtIn: [FIRST] });
    opened.push(keys);
    return keys;
  }

  const first = ({ ring }: ApiKeys) => ring.authenticate(FIRST.id, FIRST.secrets[0] ?? '') as LiveKey;
  const make = (keys: ApiKeys, scopes: Scope[], more = {}) => keys.create({ name: 'x', scopes, ...more }, first(keys));

  test('a process sees keys that another one creates, revokes or uses, without a message', async () => {
    const [here, there] = [await start(), await start()];
    const ended: string[] = [];
    there.ring.onEnded((ids) => ended.push(...ids));
    const [revoked, expired] = [await make(here, ['tokens']), await make(here, ['rooms'], { expiresAt: inMs(60_000) })];
    for (const { id, secret } of [revoked, expired]) {
      expect(here.ring.authenticate(id, secret)?.apiKey).toBe(id);
      await eventually(() => there.ring.authenticate(id, secret));
      expect(there.ring.authenticate(id, `${secret}0`)).toBeUndefined();
    }
    expect(there.ring.findIssuer(revoked.id)?.secrets).toEqual([revoked.secret]);
    expect(there.ring.findIssuer(expired.id)).toBeUndefined();
    await eventually(async () => (await here.list()).every(({ lastUsedAt }) => lastUsedAt !== null));

    await here.revoke(revoked.id, first(here));
    expect(here.ring.isLive(revoked.id)).toBe(false);
    await eventually(() => ended.includes(revoked.id) && !there.ring.isLive(revoked.id));
    clock.advance(60_000);
    // Expired immediately, whatever the process has cached.
    expect([here.ring.isLive(expired.id), there.ring.isLive(expired.id)]).toEqual([false, false]);
    await eventually(() => ended.includes(expired.id));
    expect(ended).toEqual([revoked.id, expired.id]);
    expect(there.ring.isLive(FIRST.id)).toBe(true);
  });

  test('concurrent creation never exceeds the limit of live keys', async () => {
    const keys = await start();
    const before = await make(keys, ['events']);
    const made = await Promise.all(Array.from({ length: LIMITS.apiKeys }, () => codeOf(make(keys, ['events']))));
    expect(made.filter((code) => code === 'ok')).toHaveLength(LIMITS.apiKeys - 1);
    expect(made.filter((code) => code === 'api_key_limit')).toHaveLength(1);
    // Revoking a key frees its slot.
    await keys.revoke(before.id, first(keys));
    expect(await codeOf(make(keys, ['events']))).toBe('ok');
    expect(await codeOf(make(keys, ['events']))).toBe('api_key_limit');
    expect((await keys.list()).every(({ revokedAt }) => revokedAt === null)).toBe(true);
  });

  test('a key survives a rotation of the encryption key while the old one is configured', async () => {
    const { id, secret } = await make(await start(), ['tokens']);
    expect((await start([NEXT_KEY, KEY])).ring.authenticate(id, secret)?.apiKey).toBe(id);
    expect((await start([NEXT_KEY])).ring.authenticate(id, secret)).toBeUndefined();
    expect(logged).toContain('api key cannot be decrypted, check LOGE_ENCRYPTION_KEY');
  });

  const inMs = (ms: number) => new Date(clock.now() + ms).toISOString();
});
