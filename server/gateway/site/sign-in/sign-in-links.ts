/** The link of a sign-in mail: its button signs in the browser that presses it. */

import { deviceName } from '../../../accounts/people/device-name.ts';
import { SIGN_IN_LINK_PATH } from '../../../accounts/people/sign-in.ts';
import { html } from '../../../platform/html.ts';
import type { HttpContext } from '../../context.ts';
import type { LetterLinks } from '../letter-links/letter-link.ts';
import { pageTexts } from '../texts/page-texts.ts';
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
      const { title, text, confirm, warning, used, expired, ask, goOn } = pageTexts(language).links.signIn;
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
