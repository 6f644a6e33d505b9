/** The links of letters about a change of address. */

import { ADDRESS_CONFIRM_PATH, ADDRESS_OBJECT_PATH, type AddressLink } from '../../../accounts/addresses/addresses.ts';
import type { Language } from '../../../protocol/accounts/people.ts';
import type { HttpContext } from '../../context.ts';
import type { LetterLinks, LinkPage } from '../letter-links/letter-link.ts';
import { pageTexts } from '../texts/page-texts.ts';

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
  const { confirm, object, ended, expired } = pageTexts(language).links.address;
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
