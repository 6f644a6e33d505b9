/** The link of a sign-in mail: a page with one button, which signs in the browser that presses it. */

import type { Express } from 'express';
import { withFrenchSpaces } from '../../../../client-sdk/elements/texts/french-spaces.ts';
import { deviceName } from '../../../accounts/people/device-name.ts';
import { SIGN_IN_LINK_PATH } from '../../../accounts/people/sign-in.ts';
import { html } from '../../../platform/html.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import { assertOwnPage } from '../../origins.ts';
import { pageLanguage } from '../page-language.ts';
import type { SignInParts } from './sign-in-operations.ts';

/** Mail scanners open every link, so opening the page does not use the link up; pressing its button does. */
export function mountSignInLinks(
  app: Express,
  { config, people }: HttpContext,
  { sessions, desk, limits }: SignInParts,
): void {
  if (!config.hasSite) return;
  const path = `${SIGN_IN_LINK_PATH}/:token`;
  app.get(path, noStore, async (request, response) => {
    await limits.consume('signIn', { address: request.ip });
    const { address } = await people.signIn.findLink(String(request.params.token));
    const language = pageLanguage(request, response);
    const texts = TEXTS[language];
    const form = html`<form method="post"><button>${texts.confirm}</button></form>`;
    const body = html`<p>${texts.text(address)}</p>${form}<p>${texts.warning}</p>`;
    response.type('html').send(page(texts.title, body, { language }));
  });
  app.post(path, noStore, async (request, response) => {
    await limits.consume('signIn', { address: request.ip });
    assertOwnPage(config, request);
    const device = deviceName(request.get('user-agent'));
    const { secret, returnTo } = await people.signIn.useLink(String(request.params.token), device);
    desk.forget(response);
    await sessions.replace(response, secret);
    response.redirect(303, returnTo);
  });
}

const TEXTS = {
  en: {
    title: 'Sign in',
    text: (address: string) => `This signs in ${address}, in this browser, once.`,
    confirm: 'Sign in here',
    warning: 'If you did not ask for this, close this page: nothing happens.',
  },
  fr: withFrenchSpaces({
    title: 'Se connecter',
    text: (address: string) => `Ce lien connecte ${address}, dans ce navigateur, une seule fois.`,
    confirm: 'Me connecter ici',
    warning: 'Si vous ne l’avez pas demandé, fermez cette page : il ne se passe rien.',
  }),
} as const;
