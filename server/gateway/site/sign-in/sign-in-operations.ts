import { deviceName } from '../../../accounts/people/device-name.ts';
import { mailboxOf, parseAddress } from '../../../accounts/people/mail-addresses.ts';
import { AppError } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { signInContract } from '../../../protocol/operations/site.ts';
import type { HttpContext } from '../../context.ts';
import { type HttpOperation, implement } from '../../operations/operation.ts';
import { digestOf, type HttpLimits } from '../../rate-limits.ts';
import { pageLanguage } from '../page-language.ts';
import type { DeskAccess } from './desk-access.ts';
import { SignedCookie } from './signed-cookie.ts';
import type { SiteSessions } from './site-session.ts';

export interface SignInParts {
  sessions: SiteSessions;
  desk: DeskAccess;
  limits: HttpLimits;
}

export function signInOperations(
  { config, people }: HttpContext,
  { sessions, desk, limits }: SignInParts,
): HttpOperation[] {
  // Binds the code to the browser that asked for it. Strict: only pages of this site send it.
  const asked = new SignedCookie({
    config,
    name: 'loge_sign_in',
    purpose: 'loge sign-in request v1',
    sameSite: 'strict',
    ttlMs: LIMITS.signInMinutes * 60_000,
  });
  const assertAccounts = () => {
    if (!config.hasSite) throw new AppError('not_found');
  };
  const operations = implement(signInContract, {
    siteSignIn: async (_domains, { input, response }) => {
      assertAccounts();
      const { req: request } = response;
      const address = parseAddress(input.address);
      // The sender's budget comes first: the other budgets belong to the owner of the mailbox.
      await limits.consume('signInMail', { address: request.ip });
      await limits.consume('signInMailbox', { identity: digestOf(mailboxOf(address)) });
      await limits.consume('signInMail', { identity: digestOf(address) });
      const language = pageLanguage(request, response);
      asked.write(response, await people.signIn.request({ address, language, returnPath: input.returnTo }));
      return { minutes: LIMITS.signInMinutes };
    },
    siteSignInCode: async (_domains, { input, response }) => {
      assertAccounts();
      const [id] = asked.read(response.req);
      if (id === undefined) throw new AppError('sign_in_over');
      const signedIn = await people.signIn.useCode(id, input.code, deviceName(response.req.get('user-agent')));
      asked.clear(response);
      desk.forget(response);
      await sessions.replace(response, signedIn.secret);
      return { returnTo: signedIn.returnTo };
    },
  });
  return operations as HttpOperation[];
}
