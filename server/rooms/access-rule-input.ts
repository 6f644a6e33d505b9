/** Parses access rules: which kinds are possible, at what price. */
import { AppError, assertWithin } from '../protocol/errors.ts';
import * as LIMITS from '../protocol/limits.ts';
import { cardMinimumMinor } from '../protocol/money/card-minimum.ts';
import type { AccessRule, RoomInput } from '../protocol/rooms.ts';

export function parseAccessRule(rule: AccessRule, currency: string): AccessRule {
  if (rule.currency !== undefined && rule.currency !== currency) {
    throw new AppError('amount_invalid', `This house uses ${currency}, not ${rule.currency}.`);
  }
  switch (rule.kind) {
    case 'free':
      if (rule.priceMinor !== undefined) throw new AppError('amount_invalid', 'A free room cannot have a price.');
      return { kind: 'free' };
    case 'private':
      return parsePrivateRule(rule);
    case 'members':
      return parseMembersRule(rule);
    case 'ticket':
      return parseTicketRule(rule, currency);
  }
}

function parseTicketRule({ priceMinor }: AccessRule, currency: string): AccessRule {
  if (priceMinor === undefined) throw new AppError('amount_invalid', 'A ticket needs a priceMinor.');
  const minMinor = cardMinimumMinor(currency, LIMITS.ticketMinMinor);
  assertWithin(priceMinor, { minMinor, maxMinor: LIMITS.ticketMaxMinor });
  return { kind: 'ticket', priceMinor };
}

function parsePrivateRule({ ratePerMinuteMinor, priceMinor }: AccessRule): AccessRule {
  if (priceMinor !== undefined) throw new AppError('amount_invalid', 'A private room has a rate, not a price.');
  if (ratePerMinuteMinor === undefined) {
    throw new AppError('amount_invalid', 'A private room needs a ratePerMinuteMinor.');
  }
  assertWithin(ratePerMinuteMinor, { minMinor: LIMITS.privateRateMinMinor, maxMinor: LIMITS.privateRateMaxMinor });
  return { kind: 'private', ratePerMinuteMinor };
}

function parseMembersRule({ priceMinor, minTier }: AccessRule): AccessRule {
  if (priceMinor !== undefined)
    throw new AppError('amount_invalid', 'A members-only room has no price; its tiers have.');
  return { kind: 'members', ...(minTier ? { minTier } : {}) };
}

export function parseCapacity({ capacity, access }: RoomInput): number | null {
  if (capacity === undefined) return null;
  if (access.kind !== 'ticket') throw new AppError('capacity_without_tickets');
  return capacity;
}
