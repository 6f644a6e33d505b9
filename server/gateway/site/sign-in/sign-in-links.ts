/** The link of a sign-in mail: its button signs in the browser that presses it. */

import { withFrenchSpaces } from '../../../../client-sdk/elements/texts/french-spaces.ts';
import { deviceName } from '../../../accounts/people/device-name.ts';
import { SIGN_IN_LINK_PATH } from '../../../accounts/people/sign-in.ts';
import { html } from '../../../platform/html.ts';
import type { HttpContext } from '../../context.ts';
import type { LetterLinks } from '../letter-links/letter-link.ts';
import type { SignInParts } from './sign-in-operations.ts';

export function mountSignInLinks(
  links: LetterLinks,
  { config, people }: HttpContext,
  { sessions, desk }: Pick<SignInParts, 'sessions' | 'desk'>,
): void {
  if (!config.hasSite) return;
  links.mount({
    path: SIGN_IN_LINK_PATH,
    limit: 'signIn',
    isOwnPageOnly: true,
    show: async ({ token, browser, language }) => {
      const { address, state } = await people.signIn.findLink(token, browser);
      const { title, text, confirm, warning, used, expired, ask, goOn } = TEXTS[language];
      if (state === 'open') return { title, text: text(address), button: confirm, after: html`<p>${warning}</p>` };
      const askAgain = html`<p class="next"><a href="/sign-in">${ask}</a></p>`;
      if (state === 'expired') return { title, text: expired(address), after: askAgain, status: 410 };
      const after = html`<p class="next"><a href="/">${goOn}</a></p>${askAgain}`;
      return { title, text: used(address), after, status: 410 };
    },
    press: async ({ token, browser, request, response }) => {
      if ((await people.signIn.findLink(token, browser)).state !== 'open') return undefined;
      const device = deviceName(request.get('user-agent'));
      const { secret, returnTo } = await people.signIn.useLink(token, { device, browser });
      desk.forget(response);
      await sessions.replace(response, secret);
      return returnTo;
    },
  });
}

const TEXTS = {
  en: {
    title: 'Sign in',
    text: (address: string) => `This link signs in ${address}, in this browser, once.`,
    confirm: 'Sign in here',
    warning: 'If you didn’t ask for this, close this page: nothing happens.',
    used: (address: string) => `This link has already signed in ${address}. It works only once.`,
    expired: (address: string) => `This link for ${address} has expired.`,
    ask: 'Get a new link',
    goOn: 'Go to the home page',
  },
  fr: withFrenchSpaces({
    title: 'Se connecter',
    text: (address: string) => `Ce lien connecte ${address}, dans ce navigateur, une seule fois.`,
    confirm: 'Me connecter ici',
    warning: 'Si vous ne l’avez pas demandé, fermez cette page : il ne se passe rien.',
    used: (address: string) => `Ce lien a déjà connecté ${address}. Il ne sert qu’une fois.`,
    expired: (address: string) => `Ce lien pour ${address} a expiré.`,
    ask: 'Recevoir un nouveau lien',
    goOn: 'Aller à l’accueil',
  }),
} as const;
