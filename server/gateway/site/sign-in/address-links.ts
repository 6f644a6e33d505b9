/** The links of letters about a change of address: pages with one button each, which mail scanners do not press. */

import type { Express, Request, Response } from 'express';
import { withFrenchSpaces } from '../../../../client-sdk/elements/texts/french-spaces.ts';
import { ADDRESS_CONFIRM_PATH, ADDRESS_OBJECT_PATH } from '../../../accounts/addresses/addresses.ts';
import { html } from '../../../platform/html.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import { assertOwnPage } from '../../origins.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { pageLanguage } from '../page-language.ts';

export function mountAddressLinks(
  app: Express,
  { config, people: { addresses } }: HttpContext,
  limits: HttpLimits,
): void {
  if (!config.hasSite) return;
  const mount = (path: string, show: Answer, press: Answer) => {
    const answer = (act: Answer) => async (request: Request, response: Response) => {
      await limits.consume('signIn', { address: request.ip });
      if (request.method === 'POST') assertOwnPage(config, request);
      const language = pageLanguage(request, response);
      const [title, text, button] = await act(String(request.params.token), TEXTS[language]);
      const form = button === undefined ? html`` : html`<form method="post"><button>${button}</button></form>`;
      response.type('html').send(page(title, html`<p>${text}</p>${form}`, { language }));
    };
    app.get(`${path}/:token`, noStore, answer(show));
    app.post(`${path}/:token`, noStore, answer(press));
  };
  mount(
    ADDRESS_CONFIRM_PATH,
    async (token, { confirm }) => {
      const { side, newAddress } = await addresses.findConfirmation(token);
      return [confirm.title, confirm[side](newAddress), confirm.act];
    },
    async (token, { confirm }) => {
      const isDone = await addresses.confirm(token);
      return [confirm.title, isDone ? confirm.done : confirm.waiting];
    },
  );
  mount(
    ADDRESS_OBJECT_PATH,
    async (token, { object }) => {
      const { oldAddress, newAddress } = await addresses.findObjection(token);
      return [object.title, object.text(oldAddress, newAddress), object.act];
    },
    async (token, { object }) => {
      await addresses.object(token);
      return [object.title, object.done];
    },
  );
}

type Texts = (typeof TEXTS)['en' | 'fr'];
/** Title, text, and the label of the button if there is one. */
type Answer = (token: string, texts: Texts) => Promise<[title: string, text: string, button?: string]>;

const TEXTS = {
  en: {
    confirm: {
      title: 'Change of address',
      old: (address: string) => `Your account moves to ${address} when both mailboxes agree.`,
      new: (address: string) =>
        `An account of this house moves to ${address} when everything that it waits for is there.`,
      act: 'I agree',
      waiting:
        'Thank you, this mailbox has agreed. Until the account has moved, do not sign in with the new address: it would get an account of its own.',
      done: 'Thank you. The address has changed.',
    },
    object: {
      title: 'Stop the change of address',
      text: (old: string, fresh: string) =>
        `Your account stays with ${old}, or comes back to it from ${fresh}. It is signed out everywhere, and passkeys that were added lately are removed.`,
      act: 'Stop it',
      done: 'It is stopped. Sign in by mail, and check your account.',
    },
  },
  fr: withFrenchSpaces({
    confirm: {
      title: 'Changement d’adresse',
      old: (address: string) => `Votre compte passe à ${address} quand les deux boîtes sont d’accord.`,
      new: (address: string) => `Un compte de cette maison passe à ${address} quand tout ce qu’il attend est réuni.`,
      act: 'Je suis d’accord',
      waiting:
        'Merci, cette boîte a donné son accord. Tant que le compte n’a pas changé d’adresse, ne vous connectez pas avec la nouvelle : elle aurait son propre compte.',
      done: 'Merci. L’adresse a changé.',
    },
    object: {
      title: 'Arrêter le changement d’adresse',
      text: (old: string, fresh: string) =>
        `Votre compte reste à ${old}, ou y revient depuis ${fresh}. Il est déconnecté partout, et les clés d’accès ajoutées récemment sont retirées.`,
      act: 'Arrêter',
      done: 'C’est arrêté. Connectez-vous par mail et vérifiez votre compte.',
    },
  }),
} as const;
