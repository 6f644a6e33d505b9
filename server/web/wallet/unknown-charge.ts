/** What a person is told when an act that charges their card has failed: without an answer, the card may be charged. */
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

export function wordsOfCharge(error: unknown, words: string, { maybeCharged }: SiteTexts['wallet']): string {
  const code = error instanceof LogeError ? error.code : undefined;
  // The second: an earlier order with another amount or card was not answered.
  if (code === 'provider_unavailable' || code === 'idempotency_conflict') return maybeCharged;
  return code === 'connection_failed' ? `${words} ${maybeCharged}` : words;
}
