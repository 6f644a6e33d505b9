/**
 * The ceremonies with a passkey: adding one, signing in with one, and confirming a session with one for dangerous acts.
 * Each sets another cookie, so that a copy of the previous one ends.
 */
import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import { deviceName } from '../../../accounts/people/device-name.ts';
import {
  newPasskey,
  passkey,
  passkeyCreationOptions,
  passkeyProof,
  passkeyRequestOptions,
} from '../../../protocol/accounts/passkeys.ts';
import { AppError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { HttpContext } from '../../context.ts';
import { type HttpOperation, operation } from '../../operations/operation.ts';
import type { SignInParts } from './sign-in-operations.ts';
import { SignedCookie } from './signed-cookie.ts';

const BROWSER_BYTES = 16;
const BY_PERSON = { by: ['person'], limit: 'signIn' } as const;
const BY_ANYONE = { by: ['visitor'], limit: 'signIn' } as const;

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

  const operations = [
    operation({
      ...BY_PERSON,
      name: 'sitePasskeyToAdd',
      http: 'POST /site/passkeys/new',
      answer: passkeyCreationOptions,
      summary: 'Ask for a challenge to add a passkey',
      errors: ['not_found', 'passkey_limit', 'sign_in_again', 'step_up_required'],
      run: async (_domains, { caller: { identity: person }, session, response }) => {
        assertAccounts();
        return passkeys.offerToAdd({ browser: beginIn(response), person, session: sessionOf(session) });
      },
    }),
    operation({
      ...BY_PERSON,
      name: 'sitePasskeyAdd',
      http: 'POST /site/passkeys',
      input: newPasskey,
      answer: passkey,
      summary: 'Add a passkey, which confirms the session too',
      errors: ['not_found', 'passkey_invalid', 'passkey_limit', 'sign_in_again', 'step_up_required'],
      run: async (_domains, { caller: { identity: person }, session, input, response }) => {
        assertAccounts();
        const owner = { browser: browserOf(response), person, session: sessionOf(session), device: deviceOf(response) };
        const added = await passkeys.add(owner, input);
        asked.clear(response);
        sessions.write(response, added.secret);
        return added.passkey;
      },
    }),
    operation({
      ...BY_ANYONE,
      name: 'sitePasskeyToUse',
      http: 'POST /site/passkeys/challenge',
      answer: passkeyRequestOptions,
      summary: 'Ask for a challenge to sign in with a passkey, or signed in to confirm with one of yours',
      errors: ['not_found'],
      run: async (_domains, { caller, session, response }) => {
        assertAccounts();
        return passkeys.offerToUse({ browser: beginIn(response), person: session ? (caller?.identity ?? null) : null });
      },
    }),
    operation({
      ...BY_ANYONE,
      name: 'sitePasskeyUse',
      http: 'POST /site/passkeys/sign-in',
      input: passkeyProof,
      answer: z.object({}),
      summary: 'Sign in with a passkey, or signed in confirm with one of yours',
      errors: ['not_found', 'passkey_invalid'],
      run: async (_domains, { caller, session, input, response }) => {
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
        return {};
      },
    }),
  ];
  return operations as HttpOperation[];
}
