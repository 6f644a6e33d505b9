import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Language } from '../../../protocol/languages.ts';
import { pictureOf } from '../../../protocol/pictures.ts';
import type { Room } from '../../../protocol/rooms.ts';
import type { LetterData, TemplateName } from './data.ts';
import { liveOf } from './live.ts';
import { sendingOf } from './sending.ts';
import { renderLetter } from './templates.ts';

const HOSTILE = '<b>Ann</b> & "co"\r\nBcc: victim@example.com';
const LINK = 'https://loge.example/somewhere';
const MONEY = { amountMinor: 1_250, currency: 'eur', link: LINK };
const LIVE = {
  room: 'room_1',
  creator: HOSTILE,
  title: HOSTILE,
  link: LINK,
  poster: `${LINK}/poster.webp`,
  startsAt: '2026-05-04T20:00:00Z',
  movedAt: null,
};
const SAMPLES: LetterData = {
  'sign-in': { link: LINK, code: '12345678', minutes: 10, isMember: true },
  'live-reminder': { ...LIVE, because: 'followers' },
  'live-moved': { ...LIVE, previousStartsAt: null, returnUntil: '2026-05-04T20:00:00Z', returnLink: `${LINK}/back` },
  'live-cancelled': { ...MONEY, ...LIVE, cancelledAt: '2026-05-03T20:00:00Z', to: 'wallet', walletLink: LINK },
  receipt: { ...MONEY, what: 'ticket', at: '2026-05-04T20:00:00Z', live: LIVE },
  refund: { ...MONEY, what: 'ticket', title: HOSTILE, status: 'succeeded', to: 'card' },
  'oidc-binding': { what: 'removed', name: 'login.example', link: LINK },
  passkey: { what: 'added', name: 'Phone', link: LINK },
  address: {
    step: 'confirm_old',
    newAddress: 'ann@example.org',
    link: LINK,
    objection: LINK,
    dueAt: '2026-05-04T20:00:00Z',
  },
  withdrawal: { ...MONEY, kind: 'membership', item: 'mbr_1', title: HOSTILE, madeAt: '2026-05-04T20:00:00Z' },
  'renewal-ahead': { ...MONEY, tier: HOSTILE, renewsAt: '2026-05-04T20:00:00Z' },
  'payouts-stopped': { stopped: true, reason: HOSTILE, link: LINK },
  'self-bill': { number: '2026-0003', month: '2026-11', amountMinor: 12_345, currency: 'eur', link: LINK },
  'committee-news': {
    what: 'opinion_adopted',
    title: { en: HOSTILE, fr: `${HOSTILE} fr` },
    by: '2026-05-04T20:00:00Z',
    link: LINK,
  },
  reserve: { shareBps: 1_250, days: 90, reason: HOSTILE, link: LINK },
  'booking-waiting': { ...MONEY, reason: HOSTILE },
  dispute: { ...MONEY, status: 'open', evidenceDueAt: '2026-05-04T20:00:00Z' },
  'renewal-failed': { tier: HOSTILE, accessUntil: '2026-05-04T20:00:00Z', link: LINK },
  'moderator-invitation': { creator: HOSTILE, room: HOSTILE, link: LINK },
  'account-closed': { receiptYears: 10, taxReportUntil: 2036, link: LINK },
  'creator-decision': { accepted: true, link: LINK },
  payout: { ...MONEY, status: 'failed' },
  'report-received': { number: 12, isByForm: true, link: LINK },
  'report-unfounded': { number: 12, limitedUntil: '2026-05-04T20:00:00Z', link: LINK },
  decision: {
    measures: [
      { kind: 'remove_message', until: null },
      { kind: 'mute', until: '2026-05-04T20:00:00Z' },
    ],
    ground: { en: 'Conduct', fr: 'Conduite' },
    reasons: 'It insults a person.',
    automated: false,
    holdsPayouts: false,
    appealUntil: '2026-11-04T20:00:00.000Z',
    link: LINK,
  },
  'decision-undone': { link: LINK },
  'report-decided': { number: 7, acted: true, isChanged: false, isByForm: false, link: LINK },
  'appeal-decided': { granted: true, isByReporter: false, reasons: 'It was a quotation.', link: LINK },
};
const LANGUAGES: Language[] = ['en', 'fr'];

/** Without the spaces that do not break. */
const plain = (text: string) => text.replaceAll(/\s/g, ' ');

const render = <Name extends TemplateName>(
  name: Name,
  { language = 'en', timeZone = 'UTC', data }: { language?: Language; timeZone?: string; data?: LetterData[Name] } = {},
) => renderLetter(name, data ?? SAMPLES[name], { language, timeZone, house: 'Loge <&> House' });

test.each(Object.keys(SAMPLES) as TemplateName[])(
  '%s has both languages and forms, and escapes what people wrote',
  (name) => {
    const subjects = LANGUAGES.map((language) => {
      const { subject, text, html } = render(name, { language });
      expect(subject).not.toMatch(/[\r\n]/);
      for (const form of [text, html]) expect(form).toContain(LINK);
      expect(plain(text)).toMatch(
        { en: /-- +You’re receiving this email/, fr: /-- +Vous recevez ce message/ }[language],
      );
      expect(html).toContain(`<html lang="${language}">`);
      expect(html).not.toMatch(/<b>|<&>/);
      expect(text + html).not.toMatch(/undefined|NaN|Invalid/);
      return subject;
    });
    expect(new Set(subjects).size).toBe(2);
  },
);

test('subjects name what it is, of which live, when, and how much', () => {
  const live = { ...LIVE, title: 'Late set', creator: 'Noah', startsAt: '2026-12-01T22:45:00Z' };
  const inParis = { timeZone: 'Europe/Paris' };
  const of = <Name extends TemplateName>(name: Name, data: LetterData[Name]) =>
    LANGUAGES.map((language) => plain(render(name, { language, data, ...inParis }).subject));
  expect([
    of('receipt', { ...SAMPLES.receipt, live }),
    of('receipt', { ...SAMPLES.receipt, what: 'tip', live }),
    of('receipt', { ...MONEY, what: 'membership', at: live.startsAt, tier: 'Gold' }),
    of('refund', SAMPLES.refund),
    of('live-moved', { ...SAMPLES['live-moved'], ...live }),
    of('live-cancelled', { ...SAMPLES['live-cancelled'], ...live }),
    of('live-reminder', { ...SAMPLES['live-reminder'], ...live, startsAt: null }),
  ]).toEqual([
    ['Your ticket: Late set, 1 Dec, 23:45', 'Votre billet : Late set, 1 déc., 23:45'],
    ['Your tip: €12.50 to Noah', 'Votre pourboire : 12,50 € pour Noah'],
    ['Your membership: Gold, €12.50', 'Votre abonnement : Gold, 12,50 €'],
    ['Your refund: €12.50 for a ticket', 'Votre remboursement : 12,50 € pour un billet'],
    ['New date: Late set, 1 Dec, 23:45', 'Nouvelle date : Late set, 1 déc., 23:45'],
    ['Cancelled: Late set, €12.50 refunded', 'Annulé : Late set, 12,50 € remboursés'],
    ['Live now: Late set, with Noah', 'En direct : Late set, avec Noah'],
  ]);
});

test('letters have the colours, sizes, spaces and radii of the tokens alone', () => {
  const tokens = readFileSync('client-sdk/elements/theme/tokens.ts', 'utf8');
  const letters = (Object.keys(SAMPLES) as TemplateName[]).map((name) => render(name).html).join();
  const found = (pattern: RegExp) => [...new Set(letters.match(pattern))].map((it) => it.toLowerCase());
  expect(found(/#[0-9a-f]{6}\b/gi).filter((colour) => !tokens.includes(colour))).toEqual([]);
  expect(found(/\d+px\/\d+px/g).sort()).toEqual(['12px/16px', '14px/20px', '16px/24px', '20px/28px', '28px/34px']);
  expect(found(/(?<=(margin|padding): )[^;!]+/g).filter((it) => !/^(((4|8|12|16|24|32|48)px|0) ?)+$/.test(it))).toEqual(
    [],
  );
  expect(found(/(?<=radius: )[^;]+/g).filter((it) => !/^((8|16|999)px ?|0 ?)+$/.test(it))).toEqual([]);
});

test('a letter about a live shows its poster, and has none to show without one', () => {
  const data = SAMPLES['live-reminder'];
  const pictures = [data, { ...data, poster: undefined }].map((it) =>
    /<img src="([^"]*)" alt="([^"]*)"/.exec(render('live-reminder', { data: it }).html)?.slice(1),
  );
  expect(pictures).toEqual([[LIVE.poster, expect.stringMatching(/^Poster of “&lt;b&gt;Ann/)], undefined]);
  const room = { creator: {}, poster: pictureOf('poster', 'a-hash') } as Room;
  expect(liveOf(room, 'https://loge.example').poster).toBe('https://loge.example/media/pictures/a-hash-960.webp');
});

test.each([
  [
    'en',
    'you can’t write in the chat of a room until 4 May 2026 at 22:00 CEST.',
    'until 4 November 2026 at 21:00 CET.',
    'until 4 May 2026 at 22:00 CEST, you can send only one',
  ],
  [
    'fr',
    'écrire dans le chat d’un salon jusqu’au 4 mai 2026 à 22:00 (heure d’été de Paris).',
    'jusqu’au 4 novembre 2026 à 21:00 (heure d’hiver de Paris).',
    'jusqu’au 4 mai 2026 à 22:00 (heure d’été de Paris), vous ne pouvez en envoyer qu’un',
  ],
] as const)(
  'letters say in %s until which hour a measure lasts, one can appeal, and can report less',
  (language, measure, appeal, limit) => {
    const letters = (['decision', 'report-unfounded'] as const).map((name) =>
      render(name, { language, timeZone: 'Europe/Paris' }),
    );
    const texts = letters.map(({ text }) => plain(text));
    expect(texts[0]).toContain(measure);
    expect(texts).toEqual([expect.stringContaining(appeal), expect.stringContaining(limit)]);
  },
);

test.each([
  [
    'en',
    'suspended, and nothing is paid out to you until 4 May',
    'suspended, and nothing is paid out to you, without an end',
  ],
  ['fr', 'suspendu, et rien ne vous est versé jusqu’au 4 mai', 'suspendu, et rien ne vous est versé, sans date de fin'],
] as const)(
  'a letter to a suspended creator says in %s that payouts are held, and until when',
  (language, timed, endless) => {
    const write = (until: string | null, holdsPayouts = true) => {
      const data = { ...SAMPLES.decision, measures: [{ kind: 'suspend_account', until }] as const, holdsPayouts };
      return plain(render('decision', { language, data: data as never }).text);
    };
    expect(write('2026-05-04T20:00:00Z')).toContain(timed);
    expect(write(null)).toContain(endless);
    expect(write(null, false)).not.toMatch(/paid out|versé/);
  },
);

test('a letter about a live without a date has no calendar file, which would be empty', () => {
  const eventsOf = (name: 'live-reminder' | 'live-moved') =>
    [LIVE.startsAt, null].map((startsAt) =>
      sendingOf<TemplateName>(name)
        .event?.({ ...SAMPLES[name], startsAt })
        ?.includes('BEGIN:VEVENT'),
    );
  expect([eventsOf('live-reminder'), eventsOf('live-moved')]).toEqual(Array(2).fill([true, undefined]));
});

test('each calendar file of a live replaces the one before: a new date moves the entry, a cancellation takes it away', () => {
  const { event: movedEvent } = sendingOf('live-moved');
  const moved = SAMPLES['live-moved'];
  const files = [
    movedEvent?.({ ...moved, movedAt: null }),
    movedEvent?.({ ...moved, movedAt: '2026-04-01T08:00:00Z' }),
    movedEvent?.({ ...moved, movedAt: '2026-04-02T08:00:00Z', startsAt: null, previousStartsAt: LIVE.startsAt }),
    sendingOf('live-cancelled').event?.(SAMPLES['live-cancelled']),
  ].map(String);
  const sequences = files.map((file) => Number(/^SEQUENCE:(\d+)/m.exec(file)?.[1]));
  expect(sequences).toEqual([...new Set(sequences)].sort((left, right) => left - right));
  expect(sequences[0]).toBe(0);
  expect(files.map((file) => /^UID:(\S+)/m.exec(file)?.[1])).toEqual(Array(4).fill('room_1'));
  const isCancelled = (file: string) =>
    /METHOD:CANCEL[\s\S]*DTSTART:20260504T200000Z[\s\S]*STATUS:CANCELLED/.test(file);
  expect(files.map(isCancelled)).toEqual([false, false, true, true]);
});
