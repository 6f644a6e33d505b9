/**
 * Decisions on the provider's own page: a cancellation there has another form than the server's, and the provider
 * cancels by itself for a dispute.
 */
import { describe, expect, test } from 'vitest';
import { DATABASES } from '../../support/databases/databases.ts';
import { openClub } from '../../support/houses/club.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe.each(DATABASES)('cancellations at the provider on $name', ({ open }) => {
  test('a cancellation in the portal is shown in the wallet, and a won dispute does not undo it', async () => {
    await using club = await openClub(open);
    await club.decideInPortal(true);
    const shown = await club.readWallet();
    expect(shown).toMatchObject({ status: 'active', cancelAtPeriodEnd: true, accessUntil: shown?.paidUntil });
    club.openDispute();
    expect(await club.isEnding()).toBe(true);
    club.winDispute();
    expect(await club.isEnding()).toBe(true);
    club.advance(32 * DAY_MS);
    await club.sweep();
    expect(await club.readWallet()).toMatchObject({ status: 'ended', paidUntil: shown?.paidUntil });
  });

  test('resuming here undoes a cancellation in the portal, and the membership is renewed', async () => {
    await using club = await openClub(open);
    await club.decideInPortal(true);
    const before = await club.readWallet();
    expect(await club.resume()).toMatchObject({ cancelAtPeriodEnd: false });
    expect(await club.isEnding()).toBe(false);
    club.advance(32 * DAY_MS);
    await club.sweep();
    const after = await club.readWallet();
    expect(after).toMatchObject({ status: 'active', cancelAtPeriodEnd: false });
    expect(after?.paidUntil).not.toBe(before?.paidUntil);
  });

  test('who cancels in the portal and then pays for a year keeps it to its end', async () => {
    await using club = await openClub(open);
    await club.decideInPortalSilently(true);
    const { paidUntil } = await club.moveToYear();
    club.advance(32 * DAY_MS);
    await club.sweep();
    const ending = { status: 'active', cancelAtPeriodEnd: true, accessUntil: paidUntil };
    expect(await club.readWallet()).toMatchObject(ending);
    club.advance(335 * DAY_MS);
    await club.sweep();
    expect(await club.readWallet()).toMatchObject({ status: 'ended', paidUntil });
  });

  test('who cancels in the portal after the paid time, before the renewal is collected, is not charged', async () => {
    await using club = await openClub(open);
    const { paidUntil = null } = (await club.readWallet()) ?? {};
    club.advance(Date.parse(String(paidUntil)) - Date.now() + MINUTE_MS);
    // The events of the renewal's draft would cause another sync.
    await club.sweep();
    await club.decideInPortalSilently(true);
    await club.sweep();
    await club.sweep();
    expect(await club.readWallet()).toMatchObject({ status: 'ended', paidUntil });
    club.advance(2 * 60 * MINUTE_MS);
    await club.sweep();
    expect(await club.readWallet()).toMatchObject({ status: 'ended', paidUntil });
  });

  test('a member who cancels there and here is cancelled, and can resume', async () => {
    await using club = await openClub(open);
    await club.decideInPortalSilently(true);
    expect(await club.cancel()).toMatchObject({ cancelAtPeriodEnd: true });
    expect(await club.isEnding()).toBe(true);
    await club.resume();
    expect(await club.isEnding()).toBe(false);
  });

  test('a cancellation by the provider for a dispute is undone when that is won', async () => {
    await using club = await openClub(open);
    club.openDispute({ endsSubscription: true });
    // The subscription's event arrives before the dispute's, and twice.
    await club.syncThere();
    await club.sync();
    expect(await club.isEndingAtProvider()).toBe(true);
    expect(await club.isEnding()).toBe(true);
    club.winDispute();
    expect(await club.isEnding()).toBe(false);
  });

  test("a cancellation by the provider does not undo the member's own", async () => {
    await using club = await openClub(open);
    club.openDispute({ endsSubscription: true });
    await club.sweep();
    await club.cancel();
    club.winDispute();
    expect(await club.isEnding()).toBe(true);
  });

  test('resuming is refused while a payment is disputed, and works after the dispute is won', async () => {
    await using club = await openClub(open);
    club.openDispute();
    await club.sweep();
    for (let minute = 0; minute < 3; minute += 1) {
      await expect(club.resume()).rejects.toMatchObject({ code: 'membership_disputed' });
      expect(await club.isEndingAtProvider()).toBe(true);
      club.advance(MINUTE_MS);
      await club.sweep();
    }
    club.winDispute();
    expect(await club.isEnding()).toBe(false);
  });
});
