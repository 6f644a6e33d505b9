import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fanWallet, saleLegs, splitSale, sumOf } from '../ledger/ledger.ts';
import { type TipDraft, walletOf } from './tip-batches.store.ts';
import { decide } from './tip-batches.ts';

const ROOM = 'room_of_the_test';
/** No page to pay by card is open, and the room has no menu. */
const nothing = { byCard: new Set<string>(), rooms: new Map([[ROOM, { isEnded: false, menu: [] }]]) };
const ended = { ...nothing, rooms: new Map([[ROOM, { isEnded: true, menu: [] }]]) };

const policy = { id: 'fees_test', vatBps: 2_000, commissionBps: 2_000, charityBps: 0 };

function draftOf(
  { fan, amountMinor, key }: { fan: number; amountMinor: number; key: number },
  index: number,
): TipDraft {
  const identity = `fan-${fan}`;
  const payer = fanWallet(identity, 'eur');
  const split = splitSale(amountMinor, policy);
  return {
    row: {
      id: `tip_${index}`,
      room: ROOM,
      identity,
      name: 'Léa',
      role: 'fan',
      amountMinor,
      currency: 'eur',
      message: null,
      menuItem: null,
      menuLabel: null,
      request: null,
      anonymous: false,
      idempotencyKey: `key-${key}`,
      sentAt: '2026-01-01T00:00:00.000Z',
    },
    sold: { creator: 'ada', shares: { ada: split.creatorMinor }, terms: 'terms_test' },
    legs: saleLegs({ payer, creator: 'ada', grossMinor: amountMinor, split, association: null }),
  };
}

const attempt = fc.record({
  fan: fc.integer({ min: 0, max: 2 }),
  amountMinor: fc.integer({ min: 100, max: 900 }),
  key: fc.integer({ min: 0, max: 4 }),
});
const credit = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 3, maxLength: 3 });

test('a batch equals its tips one by one: no overdraft, one payment a key, a refusal affects one tip', () => {
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 30 }), credit, (attempts, credits) => {
      const left = [...credits];
      const sent = new Map<string, number>();
      const expected = attempts.map(({ fan, amountMinor, key }) => {
        const before = sent.get(`${fan}/${key}`);
        if (before !== undefined) return before === amountMinor ? 'earlier' : 'idempotency_conflict';
        if ((left[fan] ?? 0) < amountMinor) return 'insufficient_funds';
        left[fan] = (left[fan] ?? 0) - amountMinor;
        sent.set(`${fan}/${key}`, amountMinor);
        return 'new';
      });
      const walletOfFan = (fan: number) => walletOf({ identity: `fan-${fan}`, currency: 'eur' });
      const availableMinor = new Map(credits.map((amountMinor, fan) => [walletOfFan(fan), amountMinor]));
      const decided = decide(attempts.map(draftOf), { availableMinor, earlier: [], ...nothing });
      const outcomes = decided.outcomes.map((outcome) =>
        'error' in outcome ? outcome.error.code : outcome.isNew ? 'new' : 'earlier',
      );
      expect(outcomes).toEqual(expected);
      expect(credits.map((_, fan) => decided.availableMinor.get(walletOfFan(fan)))).toEqual(left);
      expect(decided.postings).toHaveLength(sent.size);
      for (const { legs } of decided.postings) expect(sumOf(legs)).toBe(0);
      // What it was given is not changed: the transaction may run again.
      expect([...availableMinor.values()]).toEqual(credits);
    }),
  );
});

test('answers a tip that was sent before, although a new one would be refused', () => {
  const draft = draftOf({ fan: 0, amountMinor: 500, key: 1 }, 1);
  const availableMinor = new Map([[walletOf(draft.row), 1_000]]);
  expect(decide([draft], { availableMinor, earlier: [], ...ended }).outcomes).toEqual([
    { error: expect.objectContaining({ code: 'room_ended' }) },
  ]);
  const earlier = { ...draft.row, id: 'tip_earlier' };
  const answered = decide([draft], { availableMinor, earlier: [earlier], ...ended });
  expect(answered.outcomes).toEqual([{ row: earlier, isNew: false }]);
  expect(answered.postings).toEqual([]);
});
