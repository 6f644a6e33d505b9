/** The links of letters about a change of address. */

import { withFrenchSpaces } from '../../../../client-sdk/elements/texts/french-spaces.ts';
import { ADDRESS_CONFIRM_PATH, ADDRESS_OBJECT_PATH, type AddressLink } from '../../../accounts/addresses/addresses.ts';
import type { Language } from '../../../protocol/accounts/people.ts';
import type { HttpContext } from '../../context.ts';
import type { LetterLinks, LinkPage } from '../letter-links/letter-link.ts';

export function mountAddressLinks(links: LetterLinks, { config, people: { addresses } }: HttpContext): void {
  if (!config.hasSite) return;
  const mount = (path: string, purpose: AddressLink['purpose'], act: (token: string) => Promise<AddressLink>) =>
    links.mount({
      path,
      limit: 'signIn',
      isOwnPageOnly: true,
      show: async ({ token, language }) => pageOf(await addresses.findLink(token, purpose), language),
      press: async ({ token, language }) => pageOf(await act(token), language),
    });
  mount(ADDRESS_CONFIRM_PATH, 'confirm', (token) => addresses.confirm(token));
  mount(ADDRESS_OBJECT_PATH, 'object', (token) => addresses.object(token));
}

/** The page after the first press, after a repeat, and later: the link shows its holder what became of it. */
function pageOf({ purpose, side, state, oldAddress, newAddress }: AddressLink, language: Language): LinkPage {
  const { confirm, object, ended, expired } = TEXTS[language];
  const { title } = purpose === 'confirm' ? confirm : object;
  switch (state) {
    case 'open':
      return purpose === 'confirm'
        ? { title, text: confirm[side](newAddress), button: confirm.act }
        : { title, text: object.text(oldAddress, newAddress), button: object.act };
    case 'agreed':
      return { title, text: confirm.waiting };
    case 'done':
      return { title, text: confirm.done };
    case 'stopped':
      return { title, text: purpose === 'confirm' ? ended : object.done };
    case 'ended':
      return { title, text: ended, status: 410 };
    case 'expired':
      return { title, text: expired, status: 410 };
  }
}

const TEXTS = {
  en: {
    confirm: {
      title: 'Change of address',
      old: (address: string) => `Your account moves to ${address} once both addresses have confirmed.`,
      new: (address: string) => `An account at this house moves to ${address} once every confirmation is in.`,
      act: 'Confirm',
      waiting:
        'Thank you, this address has confirmed. Don’t sign in with the new address until the account has moved: that would create a separate account.',
      done: 'Thank you. The address has been changed.',
    },
    object: {
      title: 'Stop the change of address',
      text: (old: string, fresh: string) =>
        `Your account stays with ${old}, or comes back to it from ${fresh}. You’ll be signed out everywhere, and recently added passkeys will be removed.`,
      act: 'Stop the change',
      done: 'The change is stopped. Sign in by email, then check your account.',
    },
    ended: 'This change is over: it was stopped or withdrawn, or a later one replaced it.',
    expired: 'This link has expired.',
  },
  fr: withFrenchSpaces({
    confirm: {
      title: 'Changement d’adresse',
      old: (address: string) => `Votre compte passera à ${address} dès que les deux adresses auront confirmé.`,
      new: (address: string) => `Un compte de cette maison passera à ${address} dès que tout sera confirmé.`,
      act: 'Confirmer',
      waiting:
        'Merci, cette adresse a confirmé. Tant que le compte n’a pas changé d’adresse, ne vous connectez pas avec la nouvelle : cela créerait un autre compte.',
      done: 'Merci. L’adresse a été changée.',
    },
    object: {
      title: 'Arrêter le changement d’adresse',
      text: (old: string, fresh: string) =>
        `Votre compte reste à ${old}, ou y revient depuis ${fresh}. Il est déconnecté partout, et les clés d’accès ajoutées récemment sont retirées.`,
      act: 'Arrêter le changement',
      done: 'Le changement est arrêté. Connectez-vous par e-mail, puis vérifiez votre compte.',
    },
    ended: 'Ce changement est terminé : il a été arrêté ou retiré, ou un autre l’a remplacé.',
    expired: 'Ce lien a expiré.',
  }),
} as const;
