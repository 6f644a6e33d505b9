/** The house's mail alone: its queue on a database of a test, with a clock of its own. */
import { Mail, type MailOptions } from '../../../server/accounts/mail/mail.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';

export interface MailHouse extends AsyncDisposable {
  mail: Mail;
  advance(ms: number): void;
  /** Sends what is due, and waits for the answers. */
  sendDue(): Promise<void>;
}

export function openMailHouse(db: Database, options: Partial<MailOptions> & { nowMs?: number } = {}): MailHouse {
  let { nowMs = Date.parse('2026-05-04T20:00:00Z') } = options;
  const mail = new Mail({
    db,
    clock: { now: () => nowMs },
    log: createLog({ level: 'silent', pretty: false }),
    metrics: createMetrics(),
    box: new SecretBox(['a secret for tests']),
    smtpUrl: undefined,
    from: { name: 'Loge', address: 'mail@loge.example' },
    publicUrl: 'https://loge.example',
    timeZone: 'UTC',
    perHour: 100,
    keepsData: false,
    ...options,
  });
  return {
    mail,
    advance(ms) {
      nowMs += ms;
    },
    async sendDue() {
      mail.wake();
      await mail.settled();
    },
    [Symbol.asyncDispose]: () => mail.close(),
  };
}

export const signInLetter = (key: string, to = 'ann@example.com', isMember = true) =>
  ({
    key,
    to,
    language: 'en',
    template: 'sign-in',
    data: { link: 'https://loge.example/sign-in/link', code: '12345678', minutes: 10, isMember },
  }) as const;

export const liveLetter = (
  key: string,
  { to = 'ann@example.com', creator = 'Camille', title = 'An evening', room = 'room_1' } = {},
) =>
  ({
    key,
    to,
    language: 'fr',
    template: 'live-reminder',
    data: {
      room,
      creator,
      title,
      link: 'https://loge.example/rooms/1',
      startsAt: '2026-05-04T21:00:00Z',
      movedAt: null,
      because: 'followers',
    },
  }) as const;
