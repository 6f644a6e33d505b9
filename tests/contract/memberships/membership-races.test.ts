/**
 * A member decides at one gateway whether to leave, at the very moment at which another tells the provider that a
 * disputed membership is to end, or to go on. Whatever comes first, the provider ends up with what the member wants.
 */
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../server/protocol/errors.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { openClub } from '../../support/houses/club.ts';

const cutOff = () => Promise.reject(new AppError('provider_unavailable'));

describe.each(DATABASES)('concurrent decisions of a member and the house, on $name', ({ open }) => {
  test.each([
    ['goes on', 'goOn', false],
    ['leaves', 'leave', true],
  ] as const)(
    'a member who %s while the house takes its cancellation back has their way',
    async (_, what, isEnding) => {
      await using db = await open();
      await using club = await openClub(db);
      club.openDispute();
      await club.sweep();
      club.winDispute();
      club.meanwhile.continuing = club[what];
      await club.sweep();
      expect(club.meanwhile.continuing).toBeUndefined();
      expect(await club.isEnding()).toBe(isEnding);
    },
  );

  test('a member who cancels, and resumes while that is being restored, is resumed', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    await club.sweep();
    club.winDispute();
    club.meanwhile.continuing = async () => {
      await club.leave();
      // The house is about to restore the cancellation that it has just overridden.
      club.meanwhile.cancelling = club.goOn;
    };
    await club.sweep();
    expect(club.meanwhile.cancelling).toBeUndefined();
    expect(await club.isEnding()).toBe(false);
  });

  test('a cancellation while the house reads a disputed membership is kept when it is won', async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.sweep();
    club.openDispute();
    club.meanwhile.looked = club.leave;
    await club.sweep();
    expect(club.meanwhile.looked).toBeUndefined();
    club.winDispute();
    expect(await club.isEnding()).toBe(true);
  });

  test('resuming after a won dispute stands, although the house cancels for the dispute at that moment', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    club.meanwhile.cancelling = async () => {
      club.winDispute();
      await club.sweepThere();
      await club.goOn();
    };
    await club.sweep();
    expect(club.meanwhile.cancelling).toBeUndefined();
    expect(await club.isEnding()).toBe(false);
  });

  test('a cancellation in the portal while the house reads a disputed membership is kept', async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.sweep();
    club.openDispute();
    club.meanwhile.looked = () => club.choose(true);
    await club.sweep();
    expect(club.meanwhile.looked).toBeUndefined();
    club.winDispute();
    expect(await club.isEnding()).toBe(true);
  });

  test('a member who cancelled here and resumed in the portal is resumed when a dispute is won', async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.leave();
    await club.choose(false);
    expect(await club.isEnding()).toBe(false);
    club.openDispute();
    // The provider has heard the house, which does not hear of that.
    club.meanwhile.cancelled = cutOff;
    await club.sweep();
    expect(club.meanwhile.cancelled).toBeUndefined();
    expect(await club.isEnding()).toBe(true);
    club.winDispute();
    expect(await club.isEnding()).toBe(false);
  });

  test('a decision that an interrupted update overrode is applied later', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    await club.sweep();
    club.winDispute();
    club.meanwhile.continuing = async () => {
      await club.leave();
      // The house is about to restore the cancellation that it has just overridden.
      club.meanwhile.cancelling = cutOff;
    };
    await club.sweep();
    expect(club.meanwhile.cancelling).toBeUndefined();
    expect(await club.isEnding()).toBe(true);
  });

  test('a decision that did not reach the provider is sent later', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.meanwhile.cancelling = cutOff;
    await expect(club.leave()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await club.isEnding()).toBe(true);
  });

  test('resuming stands, although the house was interrupted while cancelling for a dispute that is now won', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    club.meanwhile.cancelling = async () => {
      club.winDispute();
      await club.sweepThere();
      await club.goOn();
    };
    club.meanwhile.cancelled = cutOff;
    await club.sweep();
    expect(club.meanwhile).toMatchObject({ cancelling: undefined, cancelled: undefined });
    expect(await club.isEndingThere()).toBe(true);
    expect(await club.isEnding()).toBe(false);
  });

  test('two concurrent resumes and a later cancellation in the portal: cancelled', async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.leave();
    club.meanwhile.continuing = club.goOn;
    await club.goOn();
    expect(club.meanwhile.continuing).toBeUndefined();
    await club.choose(true);
    expect(await club.isEnding()).toBe(true);
  });

  test('after interrupted and repeated decisions, a decision in the portal counts soon', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.meanwhile.cancelling = cutOff;
    await expect(club.leave()).rejects.toMatchObject({ code: 'provider_unavailable' });
    for (const _ of [1, 2]) {
      club.advance(50_000);
      await club.leave();
    }
    await club.choose(false);
    expect(await club.isEnding()).toBe(false);
  });

  test('a cancellation that an older interrupted decision overrides is applied later', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.meanwhile.continuing = club.leave;
    club.meanwhile.continued = cutOff;
    await expect(club.goOn()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await club.isEndingThere()).toBe(false);
    expect(await club.isEnding()).toBe(true);
  });

  test("a stale read of the portal's choice is no decision", async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.pick(true);
    club.meanwhile.looked = async () => {
      await club.pick(false);
      await club.lookThere();
    };
    await club.look();
    expect(club.meanwhile.looked).toBeUndefined();
    expect(await club.shown()).toMatchObject({ cancelAtPeriodEnd: false });
    expect(await club.isEnding()).toBe(false);
  });
});
