/** What a member can do about a membership, and a change after which the list of memberships cannot be read. */

import type { TemplateResult } from 'lit';
import { afterEach, expect, test, vi } from 'vitest';
import { fromWire, LogeError } from '../../../client-sdk/client/errors.ts';
import { elementTable, elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import { errors } from '../../../client-sdk/elements/texts/english/errors.ts';
import { formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { testIdsOf, wordsOf } from '../../../tests/support/browser/element-markup.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { OwnMembership, Tier } from '../../protocol/money/memberships.ts';
import { siteTexts } from '../texts/site-texts.ts';
import '../texts/wallet-texts.ts';
import { WalletMemberships } from './wallet-memberships.ts';

afterEach(() => vi.unstubAllGlobals());

const tierOf = (id: string) =>
  ({ id, name: id, priceMinor: 900, currency: 'eur', interval: 'month', perks: [] }) as unknown as Tier;
const current = { id: 'mbr_1', tier: tierOf('tier_1'), nextTier: null } as unknown as OwnMembership;
const PRESS = { currentTarget: null };
const shown = (part: WalletMemberships) => part.render() as TemplateResult;

test('a change of tier is called done also when the memberships cannot be read after it', async () => {
  answerOf('POST /v1/memberships/:membership/tier', { nextTier: null });
  answerOf('GET /v1/memberships').mockRejectedValue(new LogeError('timeout'));
  const part = new WalletMemberships();
  part.data = [];
  part.changing = { membership: current, tiers: [tierOf('tier_1'), tierOf('tier_2')] };
  await pressOf(part.render(), 'choose-tier_2')(PRESS);
  expect(part.note).toBe(siteTexts('en').wallet.memberships.tierDone('tier_2'));
  // What could not be read can be asked for again.
  expect([part.changing, part.lost !== '']).toEqual([undefined, true]);
});

test('a membership that cannot be renewed offers no button to resume it', () => {
  const part = new WalletMemberships();
  const render = (renewable: boolean) => {
    const ending = { id: 'mbr_1', status: 'active', cancelAtPeriodEnd: true, renewable, tier: tierOf('tier_1') };
    part.data = [{ ...ending, nextTier: null, paidUntil: null, creatorName: 'Ada' } as unknown as OwnMembership];
    return shown(part);
  };
  expect(testIdsOf(render(true))).toContain('membership-resume');
  expect(testIdsOf(render(false))).not.toContain('membership-resume');
});

test('a membership in the grace after its move to a year was refunded shows when access ends', () => {
  const part = new WalletMemberships();
  const [paidUntil, accessUntil] = [-1, 4].map((days) => new Date(Date.now() + days * DAY_MS).toISOString());
  const ending = { id: 'mbr_1', status: 'active', cancelAtPeriodEnd: true, renewable: false, tier: tierOf('tier_1') };
  part.data = [{ ...ending, nextTier: null, paidUntil, accessUntil } as unknown as OwnMembership];
  const day = formatLongDay(accessUntil ?? '', 'en');
  expect(wordsOf(shown(part))).toContain(siteTexts('en').wallet.memberships.endsOn(day));
});

test('while a payment of a membership is disputed, the page asks for no other card', async () => {
  const unpaid = { id: 'mbr_1', status: 'past_due', tier: tierOf('tier_1') } as unknown as OwnMembership;
  const read = vi.fn();
  const part = new WalletMemberships();
  part.addEventListener('memberships-read', ({ detail }: CustomEventInit) => read(detail.isPastDue));
  for (const disputed of [true, false]) {
    answerOf('GET /v1/memberships', { memberships: [{ ...unpaid, disputed }] });
    await part.reload();
    expect(read).toHaveBeenLastCalledWith(!disputed);
    expect(testIdsOf(shown(part)).includes('membership-card')).toBe(!disputed);
  }
});

test('nobody is told that nothing was charged for a dearer tier while the card may be', async () => {
  elementTable.addIn('en', { errors });
  answerOf('POST /v1/memberships/:membership/tier').mockRejectedValue(
    fromWire({ code: 'provider_unavailable', message: 'It does not answer.', retryable: true }),
  );
  const part = new WalletMemberships();
  part.data = [];
  part.changing = { membership: current, tiers: [tierOf('cheap'), { ...tierOf('dear'), priceMinor: 1_900 }] };
  await pressOf(part.render(), 'choose-dear')(PRESS);
  expect(part.problem).toBe(elementTexts('en').topup.maybeCharged);
  await pressOf(part.render(), 'choose-cheap')(PRESS);
  expect(part.problem).toBe(errors.provider_unavailable);
});
