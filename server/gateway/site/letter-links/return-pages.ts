/** The page behind a letter's link that gives a ticket back, and its button. The link authorises; nobody signs in. */

import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import { formatDate } from '../../../platform/house-dates.ts';
import { html } from '../../../platform/html.ts';
import type { Language } from '../../../protocol/accounts/people.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { Refund } from '../../../protocol/money/money.ts';
import type { HttpContext } from '../../context.ts';
import { pageTexts } from '../texts/page-texts.ts';
import type { LetterLinks, LinkPage, LinkVisit } from './letter-link.ts';

export function mountTicketReturns(links: LetterLinks, { config, money, returnLinks }: HttpContext): void {
  const parse = ({ token }: LinkVisit) => {
    const ticket = returnLinks.parse(token);
    if (!ticket) throw new AppError('not_found', 'This link is incomplete or no longer valid.');
    return ticket;
  };
  const given = ({ to, amountMinor, currency }: Refund, language: Language): LinkPage => {
    const { done, toWallet, toCard } = pageTexts(language).links.ticketReturn;
    const price = formatMoney(amountMinor, currency, language);
    return { title: done, text: to === 'wallet' ? toWallet(price) : toCard(price) };
  };
  links.mount({
    path: returnLinks.path,
    limit: 'site',
    show: async (visit) => {
      const { language } = visit;
      const texts = pageTexts(language).links.ticketReturn;
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
