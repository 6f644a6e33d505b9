/**
 * The ceremonies with a passkey: adding one, signing in with one, and confirming a session with one for dangerous acts.
 * Each sets another cookie, so that a copy of the previous one ends.
 */
import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import { deviceName } from '../../../accounts/people/device-name.ts';
import { AppError } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { passkeyCeremonyContract } from '../../../protocol/operations/site.ts';
import type { HttpContext } from '../../context.ts';
import { type HttpOperation, implement } from '../../operations/operation.ts';
import type { SignInParts } from './sign-in-operations.ts';
import { SignedCookie } from './signed-cookie.ts';

const BROWSER_BYTES = 16;

export function passkeyCeremonies(
  { config, people: { passkeys } }: HttpContext,
  { sessions, desk }: SignInParts,
): HttpOperation[] {
  // Binds challenges to the browser that asked for them. Strict: only pages of this site send it.
  const asked = new SignedCookie({
    config,
    name: 'loge_passkey',
    purpose: 'loge passkey ceremony v1',
    sameSite: 'strict',
    ttlMs: LIMITS.passkeyMinutes * 60_000,
  });
  const beginIn = (response: Response): string => {
    const browser = randomBytes(BROWSER_BYTES).toString('base64url');
    asked.write(response, browser);
    return browser;
  };
  const browserOf = (response: Response): string => {
    const [browser] = asked.read(response.req);
    if (browser === undefined) throw new AppError('passkey_invalid');
    return browser;
  };
  const deviceOf = ({ req }: Response) => deviceName(req.get('user-agent'));
  const assertAccounts = () => {
    if (!config.hasSite) throw new AppError('not_found');
  };
  const sessionOf = <T>(session: T | undefined): T => {
    if (session === undefined) throw new AppError('token_missing');
    return session;
  };

  const operations = implement(passkeyCeremonyContract, {
    sitePasskeyToAdd: async (_domains, { caller: { identity: person }, session, response }) => {
      assertAccounts();
      return passkeys.offerToAdd({ browser: beginIn(response), person, session: sessionOf(session) });
    },
    sitePasskeyAdd: async (_domains, { caller: { identity: person }, session, input, response }) => {
      assertAccounts();
      const owner = { browser: browserOf(response), person, session: sessionOf(session), device: deviceOf(response) };
      const added = await passkeys.add(owner, input);
      asked.clear(response);
      sessions.write(response, added.secret);
      return added.passkey;
    },
    sitePasskeyToUse: async (_domains, { caller, session, response }) => {
      assertAccounts();
      return passkeys.offerToUse({ browser: beginIn(response), person: session ? (caller?.identity ?? null) : null });
    },
    sitePasskeyUse: async (_domains, { caller, session, input, response }) => {
      assertAccounts();
      const signedIn = session && caller ? { person: caller.identity, session } : undefined;
      const by = { browser: browserOf(response), device: deviceOf(response), signedIn };
      const secret = await passkeys.use(by, input);
      asked.clear(response);
      if (signedIn) sessions.write(response, secret);
      else {
        desk.forget(response);
        await sessions.replace(response, secret);
      }
    },
  });
  return operations as HttpOperation[];
}
