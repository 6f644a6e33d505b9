/** The page behind a letter's link that gives a ticket back, and its button. The link authorises; nobody signs in. */

import type { Express, Request } from 'express';
import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import { withFrenchSpaces } from '../../../../client-sdk/elements/texts/french-spaces.ts';
import { formatDate } from '../../../platform/house-dates.ts';
import { html } from '../../../platform/html.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { pageLanguage } from '../page-language.ts';

const TEXTS = {
  en: {
    title: 'Give the ticket back',
    newDate: (date: string) => `New date: ${date}`,
    noDate: 'The new date is not known yet.',
    price: (price: string) => `You get ${price} back, the way you paid.`,
    button: 'Give the ticket back',
    keep: 'Keep the ticket',
    closed: 'This ticket can no longer be given back.',
    done: 'The ticket is given back',
    toWallet: (price: string) => `${price} is in your wallet.`,
    toCard: (price: string) =>
      `${price} goes back to the card that paid. It can take a few days until your bank shows it.`,
    before: 'This ticket was already given back.',
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
    before: 'Ce billet a déjà été rendu.',
  }),
} as const;

/** Mail programs open every link, so opening the page changes nothing. */
export function mountTicketReturns(
  app: Express,
  { config, money, returnLinks }: HttpContext,
  limits: HttpLimits,
): void {
  const read = async (request: Request) => {
    await limits.consume('site', { address: request.ip });
    const ticket = returnLinks.parse(String(request.params.token));
    if (!ticket) throw new AppError('not_found', 'This link is incomplete or no longer valid.');
    return ticket;
  };
  const path = `${returnLinks.path}/:token`;
  app.get(path, noStore, async (request, response) => {
    const ticket = await read(request);
    const language = pageLanguage(request, response);
    const texts = TEXTS[language];
    const { of: room, status, withdrawable, priceMinor, currency } = await money.withdrawals.getTicket(ticket);
    const date = room.startsAt
      ? texts.newDate(formatDate(room.startsAt, 'short', { language, timeZone: config.timeZone }))
      : texts.noDate;
    const body = withdrawable
      ? html`<p><strong>${room.title}</strong><br>${date}</p><p>${texts.price(formatMoney(priceMinor, currency, language))}</p><form method="post"><button>${texts.button}</button></form><p class="next"><a href="/rooms/${room.id}">${texts.keep}</a></p>`
      : html`<p>${status === 'valid' ? texts.closed : texts.before}</p><p class="next"><a href="/rooms/${room.id}">${room.title}</a></p>`;
    response.type('html').send(page(texts.title, body, { language }));
  });
  app.post(path, noStore, async (request, response) => {
    const ticket = await read(request);
    const language = pageLanguage(request, response);
    const texts = TEXTS[language];
    const { to, amountMinor, currency } = await money.withdrawals.giveBack(ticket);
    const price = formatMoney(amountMinor, currency, language);
    const body = html`<p>${to === 'wallet' ? texts.toWallet(price) : texts.toCard(price)}</p>`;
    response.type('html').send(page(texts.done, body, { language }));
  });
}
