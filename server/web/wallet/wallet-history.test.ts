import { html } from 'lit';
import { expect, test } from 'vitest';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import type { WalletEntry } from './history-pages.ts';
import '../texts/wallet-texts.ts';
import './wallet-history.ts';
import { siteTexts } from '../texts/site-texts.ts';

const AT = '2030-01-05T20:00:00.000Z';
const ticket = {
  ...{ id: 'ticket_1', kind: 'ticket', amountMinor: -900, promoMinor: 0, currency: 'eur', at: AT, label: 'A concert' },
  isByCard: true,
} as WalletEntry;

const wordsFor = (...entries: WalletEntry[]) =>
  wordsOf(html`<wallet-history .data=${{ entries, next: null }}></wallet-history>`);
const refund = (status: string) => ({ id: 'refund_1', amountMinor: 450, currency: 'eur', at: AT, status });

test('what went back to a card has a credit line above its payment, which says when it arrives', () => {
  for (const status of ['succeeded', 'pending']) {
    expect(wordsFor({ ...ticket, refundedMinor: 450, refunds: [refund(status)] })).toMatch(
      /Refunded to your card · A concert .*5 to 10 days later.*\+€4\.50.*Ticket · A concert .*−€9\.00/,
    );
  }
});

test('what the bank has sent back does not arrive, and the line says so', () => {
  const words = wordsFor({ ...ticket, refundedMinor: 450, refunds: [refund('failed')] });
  expect(words).toContain('Your bank sent it back to us');
  expect(words).not.toContain('5 to 10 days later');
});

test('a refund to the wallet names the room that it is about, and why it came', () => {
  const entry = { ...ticket, id: 'refund_3', kind: 'refund', amountMinor: 300, isByCard: false } as WalletEntry;
  expect(wordsFor({ ...entry, label: 'request_undone', roomTitle: 'A concert' })).toMatch(
    /Refund · A concert .*· The creator didn’t do what was asked for.*\+€3\.00/,
  );
});

test('credit that goes back to the card leaves the wallet, and arrives at the bank; a refund to the wallet is there', () => {
  const entry = {
    id: 'refund_2',
    kind: 'refund',
    promoMinor: 0,
    currency: 'eur',
    at: AT,
    label: 'unspent_credit',
  } as const;
  expect(wordsFor({ ...entry, amountMinor: -1_900 })).toMatch(/Refund · Unspent credit.*5 to 10 days later.*−€19\.00/);
  expect(wordsFor({ ...entry, amountMinor: -1_900, status: 'succeeded' })).toContain('Receipt');
  const failed = wordsFor({ ...entry, amountMinor: -1_900, status: 'failed' });
  expect(failed).toContain('Your bank sent it back to us');
  expect(failed).not.toContain('5 to 10 days later');
  expect(wordsFor({ ...entry, amountMinor: 900, label: 'not_held' })).not.toContain('5 to 10 days later');
});

test('a refund of the house says its reason in words', () => {
  for (const reason of [
    ...['not_held', 'live_over', 'house_decision', 'blocked', 'withdrawal', 'request_undone', 'unspent_credit'],
    ...['room_ended', 'sold_out', 'removed', 'suspended', 'ticket_held_already', 'tip_sent_already', 'wallet_limit'],
    ...['membership_exists', 'membership_ended', 'paid_twice', 'not_booked', 'refund_returned', 'amount_invalid'],
    'dispute_lost',
    'fraud_warning',
  ]) {
    expect(wordsFor({ ...ticket, kind: 'refund', label: reason })).not.toContain(`· ${reason} `);
    expect(siteTexts('fr').wallet.refundReasons).toHaveProperty(reason);
  }
});
