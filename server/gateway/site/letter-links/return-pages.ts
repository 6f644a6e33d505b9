/** The page behind a letter's link that gives a ticket back, and its button. The link authorises; nobody signs in. */

import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import { withFrenchSpaces } from '../../../../client-sdk/elements/texts/french-spaces.ts';
import { formatDate } from '../../../platform/house-dates.ts';
import { html } from '../../../platform/html.ts';
import type { Language } from '../../../protocol/accounts/people.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { Refund } from '../../../protocol/money/money.ts';
import type { HttpContext } from '../../context.ts';
import type { LetterLinks, LinkPage, LinkVisit } from './letter-link.ts';

const TEXTS = {
  en: {
    title: 'Return your ticket',
    newDate: (date: string) => `New date: ${date}`,
    noDate: 'There’s no new date yet.',
    price: (price: string) => `You get ${price} back, the way you paid.`,
    button: 'Return ticket',
    keep: 'Keep ticket',
    closed: 'This ticket can no longer be returned.',
    done: 'Ticket returned',
    toWallet: (price: string) => `${price} is in your wallet.`,
    toCard: (price: string) =>
      `${price} goes back to the card that paid. It can take a few days to show up at your bank.`,
  },
  fr: withFrenchSpaces({
    title: 'Rendre le billet',
    newDate: (date: string) => `Nouvelle date : ${date}`,
    noDate: 'La nouvelle date n’est pas encore connue.',
    price: (price: string) => `Vous récupérez ${price}, par le moyen de paiement que vous avez utilisé.`,
    button: 'Rendre le billet',
    keep: 'Garder le billet',
    closed: 'Ce billet ne peut plus être rendu.',
    done: 'Le billet est rendu',
    toWallet: (price: string) => `${price} sont dans votre portefeuille.`,
    toCard: (price: string) =>
      `${price} retournent sur la carte qui a payé. Votre banque peut mettre quelques jours à l’afficher.`,
  }),
} as const;

export function mountTicketReturns(links: LetterLinks, { config, money, returnLinks }: HttpContext): void {
  const parse = ({ token }: LinkVisit) => {
    const ticket = returnLinks.parse(token);
    if (!ticket) throw new AppError('not_found', 'This link is incomplete or no longer valid.');
    return ticket;
  };
  const given = ({ to, amountMinor, currency }: Refund, language: Language): LinkPage => {
    const { done, toWallet, toCard } = TEXTS[language];
    const price = formatMoney(amountMinor, currency, language);
    return { title: done, text: to === 'wallet' ? toWallet(price) : toCard(price) };
  };
  links.mount({
    path: returnLinks.path,
    limit: 'site',
    show: async (visit) => {
      const { language } = visit;
      const texts = TEXTS[language];
      const { of: room, withdrawable, givenBack, ...ticket } = await money.withdrawals.getTicket(parse(visit));
      const toRoom = (label: string) => html`<p class="next"><a href="/rooms/${room.id}">${label}</a></p>`;
      if (givenBack) return { ...given(givenBack, language), after: toRoom(room.title) };
      const { title } = texts;
      if (!withdrawable) return { title, text: texts.closed, after: toRoom(room.title) };
      const date = room.startsAt
        ? texts.newDate(formatDate(room.startsAt, 'short', { language, timeZone: config.timeZone }))
        : texts.noDate;
      const price = texts.price(formatMoney(ticket.priceMinor, ticket.currency, language));
      const text = html`<p><strong>${room.title}</strong><br>${date}</p><p>${price}</p>`;
      return { title, text, button: texts.button, after: toRoom(texts.keep) };
    },
    press: async (visit) => {
      const ticket = parse(visit);
      try {
        return given(await money.withdrawals.giveBack(ticket), visit.language);
      } catch (error) {
        if (error instanceof AppError && error.code === 'already_refunded') return undefined;
        throw error;
      }
    },
  });
}
