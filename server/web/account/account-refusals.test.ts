/** Refusals of the account's parts whose general text would not say what to do. */
import { afterAll, expect, test, vi } from 'vitest';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { elementTable } from '../../../client-sdk/elements/texts/element-texts.ts';
import { errors as general } from '../../../client-sdk/elements/texts/english/errors.ts';
import type { ReceivedInvitation } from '../../protocol/roles.ts';
import { AccountModerating } from '../moderators/account-moderating.ts';
import { StudioModerators } from '../moderators/studio-moderators.ts';
import { siteTexts } from '../texts/site-texts.ts';
import '../texts/account-texts.ts';
import { AccountAddress } from './account-address.ts';
import { AccountPicture } from './account-picture.ts';
import { AccountProfile } from './account-profile.ts';

vi.stubGlobal('location', { search: '' });
// The page reads its URL as soon as it is imported.
const { SiteSignInPage } = await import('../pages/sign-in-page.ts');
afterAll(() => vi.unstubAllGlobals());

const { account, address, moderators, signIn } = siteTexts('en').accounts;
elementTable.addIn('en', { errors: general });
const refusal = (code: 'invalid_request' | 'forbidden' | 'rate_limited', retryAfterMs?: number) =>
  new LogeError(code, 'From the server', { retryAfterMs });

/** What a part says of an error. */
function saidBy(part: object, error: LogeError): string {
  return (part as { wordsFor(error: LogeError): string }).wordsFor(error);
}

test('a refusal says what is wrong with the address or the invitation', () => {
  expect(saidBy(new SiteSignInPage(), refusal('invalid_request'))).toBe(signIn.notWhole);
  expect(saidBy(new AccountAddress(), refusal('invalid_request'))).toBe(address.notNew);
  const studio = new StudioModerators();
  expect(saidBy(studio, refusal('invalid_request'))).toBe(moderators.yourself);
  expect(saidBy(studio, refusal('forbidden'))).toBe(moderators.declined);
});

test('a link to moderate that was cut off is not taken for an invitation of oneself', () => {
  const moderating = new AccountModerating();
  expect(saidBy(moderating, refusal('invalid_request'))).toBe(general.invalid_request);
  moderating.data = { moderating: [], invitations: [], linked: {} as ReceivedInvitation };
  expect(saidBy(moderating, refusal('invalid_request'))).toBe(moderators.yourself);
});

test('a limit of days does not ask to wait for a moment, nor a full store of pictures for another day', () => {
  const profile = new AccountProfile();
  expect(saidBy(profile, refusal('rate_limited'))).toBe(account.tooOften);
  expect(saidBy(profile, refusal('rate_limited', 1_000))).not.toBe(account.tooOften);
  expect(saidBy(new AccountPicture(), refusal('rate_limited'))).toBe(account.tooManyPictures);
});
