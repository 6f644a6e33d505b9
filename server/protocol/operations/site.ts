/** What the site alone asks: the session, and the ways to sign in. It is no part of the documentation. */
import { z } from 'zod';
import { identity } from '../accounts/accounts.ts';
import {
  newPasskey,
  passkey,
  passkeyCreationOptions,
  passkeyProof,
  passkeyRequestOptions,
} from '../accounts/passkeys.ts';
import { oidcStart, returnPath, signInCodeInput, signInInput } from '../accounts/people.ts';
import { demoPersonList, siteSession } from '../site.ts';
import { operation } from './contract.ts';

const ANYONE = { by: ['visitor'] } as const;
const SIGNING_IN = { ...ANYONE, limit: 'signIn' } as const;
const BY_PERSON = { by: ['person'], limit: 'signIn' } as const;

export const siteSessionContract = {
  siteSession: operation({
    ...ANYONE,
    http: 'GET /site/session',
    answer: siteSession,
    summary: 'Who is signed in',
  }),
  siteDemoPeople: operation({
    ...ANYONE,
    http: 'GET /site/demo-people',
    answer: demoPersonList,
    summary: 'Whom one can sign in as in development',
    errors: ['not_found'],
  }),
  siteDemoSignIn: operation({
    ...SIGNING_IN,
    http: 'POST /site/demo-sign-in',
    input: z.object({ identity }),
    answer: siteSession,
    summary: 'Sign in as one of the demo people',
    errors: ['not_found'],
  }),
  siteSignOut: operation({
    ...ANYONE,
    http: 'POST /site/sign-out',
    answer: siteSession,
    summary: 'Sign out',
  }),
};

export const signInContract = {
  siteSignIn: operation({
    ...SIGNING_IN,
    http: 'POST /site/sign-in',
    input: signInInput,
    answer: z.object({ minutes: z.number().int() }),
    summary: 'Ask for a mail with a link and a code to sign in',
    errors: ['not_found'],
  }),
  siteSignInCode: operation({
    ...SIGNING_IN,
    http: 'POST /site/sign-in/code',
    input: signInCodeInput,
    answer: z.object({ returnTo: returnPath }),
    summary: 'Sign in with the code of the mail, in the browser that asked for it',
    errors: ['not_found', 'sign_in_code_invalid', 'sign_in_over'],
  }),
};

export const passkeyCeremonyContract = {
  sitePasskeyToAdd: operation({
    ...BY_PERSON,
    http: 'POST /site/passkeys/new',
    answer: passkeyCreationOptions,
    summary: 'Ask for a challenge to add a passkey',
    errors: ['not_found', 'passkey_limit', 'sign_in_again', 'step_up_required'],
  }),
  sitePasskeyAdd: operation({
    ...BY_PERSON,
    http: 'POST /site/passkeys',
    input: newPasskey,
    answer: passkey,
    summary: 'Add a passkey, which confirms the session too',
    errors: ['not_found', 'passkey_invalid', 'passkey_limit', 'sign_in_again', 'step_up_required'],
  }),
  sitePasskeyToUse: operation({
    ...SIGNING_IN,
    http: 'POST /site/passkeys/challenge',
    answer: passkeyRequestOptions,
    summary: 'Ask for a challenge to sign in with a passkey, or signed in to confirm with one of yours',
    errors: ['not_found'],
  }),
  sitePasskeyUse: operation({
    ...SIGNING_IN,
    http: 'POST /site/passkeys/sign-in',
    input: passkeyProof,
    summary: 'Sign in with a passkey, or signed in confirm with one of yours',
    errors: ['not_found', 'passkey_invalid'],
  }),
};

export const oidcSignInContract = {
  siteOidcStart: operation({
    ...SIGNING_IN,
    http: 'POST /site/oidc',
    input: oidcStart,
    answer: z.object({ url: z.url() }),
    summary: 'Ask where to go to sign in, to confirm or to enrol at the OpenID provider',
    errors: [
      ...(['not_found', 'oidc_unavailable', 'token_missing', 'forbidden', 'desk_link_invalid'] as const),
      ...(['invitation_for_another', 'sign_in_again', 'step_up_required'] as const),
    ],
  }),
};
