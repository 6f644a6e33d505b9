/** The queue of letters: its keys, limits, retries and what becomes of each letter. */
import { describe, expect, test } from 'vitest';
import { Mail } from '../../../server/accounts/mail/mail.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import { BOTH_DATABASES } from '../../support/databases/databases.ts';

function openMail(db: Database, nowMs = { value: Date.now() }) {
  const mail = new Mail({
    db,
    clock: { now: () => nowMs.value },
    log: createLog({ level: 'silent', pretty: false }),
    metrics: createMetrics(),
    box: new SecretBox(['a secret for tests']),
    smtpUrl: undefined,
    from: { name: 'Loge', address: 'mail@loge.example' },
    publicUrl: 'https://loge.example',
    perHour: 100,
    keepsData: true,
  });
  return Object.assign(mail, { [Symbol.asyncDispose]: () => mail.close() });
}

const signIn = (key: string, to = 'ann@example.com') =>
  ({
    key,
    to,
    language: 'en',
    template: 'sign-in',
    data: { link: 'https://loge.example/s', code: '123456', minutes: 10 },
  }) as const;

describe.each(BOTH_DATABASES)('a letter on $name', ({ open }) => {
  test('is queued with the transaction that asks for it, once per key, also by concurrent callers', async () => {
    await using db = await open();
    await using mail = openMail(db);
    const failing = db.transaction(async (tx) => {
      await mail.enqueue(tx, signIn('a'));
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    const queued = await Promise.all(
      ['b', 'b', 'c'].map((key) => db.transaction((tx) => mail.enqueue(tx, signIn(key)))),
    );
    expect(queued.filter(Boolean)).toHaveLength(2);
    mail.start();
    await expect.poll(() => mail.listKept('ann@example.com')).toHaveLength(2);
    const [letter] = await mail.listKept();
    expect(letter?.text).toContain('123456');
  });
});
