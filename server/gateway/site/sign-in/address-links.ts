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
    ended: 'This change is over: it was stopped or withdrawn, or a later one took its place.',
    expired: 'This link is too old to change anything.',
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
    ended: 'Ce changement est terminé : il a été arrêté ou retiré, ou un autre l’a remplacé.',
    expired: 'Ce lien est trop ancien pour changer quoi que ce soit.',
  }),
} as const;
