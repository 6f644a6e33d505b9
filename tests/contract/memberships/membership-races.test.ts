/**
 * A member cancels or resumes at one gateway while another tells the provider to end or continue a disputed membership.
 * In every order the provider ends up with the member's decision.
 */
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../server/protocol/errors.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { openClub } from '../../support/houses/club.ts';

const loseAnswer = () => Promise.reject(new AppError('provider_unavailable'));

describe.each(DATABASES)('concurrent decisions of a member and the server, on $name', ({ open }) => {
  test.each([
    ['resumes', 'resume', false],
    ['cancels', 'cancel', true],
  ] as const)(
    'a member who %s while the server withdraws its own cancellation keeps their decision',
    async (_, decide, isEnding) => {
      await using club = await openClub(open);
      club.openDispute();
      await club.sweep();
      club.winDispute();
      club.hooks.beforeResume = club[decide];
      await club.sweep();
      expect(await club.isEnding()).toBe(isEnding);
    },
  );

  test.each([
    ['the member resumes', 'resume', false],
    ['the server is interrupted', 'loseAnswer', true],
  ] as const)(
    'the last decision wins when the server restores a cancellation that it has overridden and %s',
    async (_, interruption, isEnding) => {
      await using club = await openClub(open);
      club.openDispute();
      await club.sweep();
      club.winDispute();
      club.hooks.beforeResume = async () => {
        await club.cancel();
        // The server is about to restore the cancellation that it has just overridden.
        club.hooks.beforeCancel = interruption === 'resume' ? club.resume : loseAnswer;
      };
      await club.sweep();
      expect(await club.isEnding()).toBe(isEnding);
    },
  );

  test.each(['here', 'in the portal'])(
    'a cancellation %s while the server reads a disputed membership is kept when the dispute is won',
    async (where) => {
      await using club = await openClub(open);
      await club.sweep();
      club.openDispute();
      club.hooks.afterFetch = () => (where === 'here' ? club.cancel() : club.decideInPortal(true));
      await club.sweep();
      club.winDispute();
      expect(await club.isEnding()).toBe(true);
    },
  );

  test.each([
    ['cancels for it at that moment', false],
    ['was interrupted while it cancelled for it', true],
  ])('resuming after a won dispute is kept, although the server %s', async (_, isInterrupted) => {
    await using club = await openClub(open);
    club.openDispute();
    club.hooks.beforeCancel = async () => {
      club.winDispute();
      await club.sweepThere();
      await club.resume();
    };
    if (isInterrupted) club.hooks.afterCancel = loseAnswer;
    await club.sweep();
    if (isInterrupted) expect(await club.isEndingAtProvider()).toBe(true);
    expect(await club.isEnding()).toBe(false);
  });

  test('a member who cancelled here and resumed in the portal is resumed when a dispute is won', async () => {
    await using club = await openClub(open);
    await club.cancel();
    await club.decideInPortal(false);
    expect(await club.isEnding()).toBe(false);
    club.openDispute();
    // The provider has applied the request, but its answer is lost.
    club.hooks.afterCancel = loseAnswer;
    await club.sweep();
    expect(await club.isEnding()).toBe(true);
    club.winDispute();
    expect(await club.isEnding()).toBe(false);
  });

  test('a decision that did not reach the provider is sent later', async () => {
    await using club = await openClub(open);
    club.hooks.beforeCancel = loseAnswer;
    await expect(club.cancel()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await club.isEnding()).toBe(true);
  });

  test('two concurrent resumes and a later cancellation in the portal: cancelled', async () => {
    await using club = await openClub(open);
    await club.cancel();
    club.hooks.beforeResume = club.resume;
    await club.resume();
    await club.decideInPortal(true);
    expect(await club.isEnding()).toBe(true);
  });

  test('after interrupted and repeated decisions, a decision in the portal counts soon', async () => {
    await using club = await openClub(open);
    club.hooks.beforeCancel = loseAnswer;
    await expect(club.cancel()).rejects.toMatchObject({ code: 'provider_unavailable' });
    for (const _ of [1, 2]) {
      club.advance(50_000);
      await club.cancel();
    }
    await club.decideInPortal(false);
    expect(await club.isEnding()).toBe(false);
  });

  test('a cancellation that an older interrupted decision overrides is applied later', async () => {
    await using club = await openClub(open);
    club.hooks.beforeResume = club.cancel;
    club.hooks.afterResume = loseAnswer;
    await expect(club.resume()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await club.isEndingAtProvider()).toBe(false);
    expect(await club.isEnding()).toBe(true);
  });

  test("a stale read of the portal's choice is no decision", async () => {
    await using club = await openClub(open);
    await club.decideInPortalSilently(true);
    club.hooks.afterFetch = async () => {
      await club.decideInPortalSilently(false);
      await club.syncThere();
    };
    await club.sync();
    expect(await club.readWallet()).toMatchObject({ cancelAtPeriodEnd: false });
    expect(await club.isEnding()).toBe(false);
  });
});
