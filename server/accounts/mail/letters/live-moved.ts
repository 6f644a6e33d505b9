/** Letters to people with a ticket: the live has another date, or does not take place. They are a duty of the house. */
import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import { formatDate } from '../../../platform/house-dates.ts';
import { liveEvent } from './live-event.ts';
import type { LetterData, Template } from './template.ts';

export const liveMoved: Template<LetterData['live-moved']> = {
  lane: 'bulk',
  cause: ({ room }) => room,
  // Calendars refuse a file without an event.
  event: (data, publicUrl) => {
    const startsAt = data.startsAt ?? data.previousStartsAt;
    return startsAt ? liveEvent({ ...data, startsAt }, publicUrl, { isCancelled: !data.startsAt }) : undefined;
  },
  write: {
    en: ({ creator, title, startsAt, previousStartsAt, returnUntil, link, returnLink }, house, locale) => ({
      subject: startsAt ? `New date: ${title}` : `Postponed: ${title}`,
      blocks: [
        startsAt
          ? `The live “${title}” by ${creator} has a new date.`
          : `The live “${title}” by ${creator} is postponed. Its new date is not known yet.`,
        {
          facts: [
            ...(startsAt ? [['New date', formatDate(startsAt, 'full', locale)] as const] : []),
            ...(previousStartsAt ? [['Old date', formatDate(previousStartsAt, 'full', locale)] as const] : []),
          ],
        },
        startsAt
          ? 'Your ticket stays valid: there is nothing to do if the date suits you.'
          : 'Your ticket stays valid: there is nothing to do if you want to wait for the new date.',
        { button: 'Open the live', href: link },
        returnUntil && startsAt
          ? `If it does not, you can give the ticket back until ${formatDate(returnUntil, 'full', locale)}, and get the full price back.`
          : 'If not, you can give the ticket back until the live begins, and get the full price back.',
        { button: 'Give the ticket back', href: returnLink, isSecondary: true },
      ],
      reason: `You get this letter because you have a ticket for this live on ${house}.`,
    }),
    fr: ({ creator, title, startsAt, previousStartsAt, returnUntil, link, returnLink }, house, locale) => ({
      subject: startsAt ? `Nouvelle date : ${title}` : `Reporté : ${title}`,
      blocks: [
        startsAt
          ? `Le live « ${title} » de ${creator} change de date.`
          : `Le live « ${title} » de ${creator} est reporté. Sa nouvelle date n’est pas encore connue.`,
        {
          facts: [
            ...(startsAt ? [['Nouvelle date', formatDate(startsAt, 'full', locale)] as const] : []),
            ...(previousStartsAt ? [['Ancienne date', formatDate(previousStartsAt, 'full', locale)] as const] : []),
          ],
        },
        startsAt
          ? 'Votre billet reste valable : si la date vous convient, vous n’avez rien à faire.'
          : 'Votre billet reste valable : si vous voulez attendre la nouvelle date, vous n’avez rien à faire.',
        { button: 'Ouvrir le live', href: link },
        returnUntil && startsAt
          ? `Sinon, vous pouvez rendre le billet jusqu’au ${formatDate(returnUntil, 'full', locale)} ; son prix vous est remboursé en entier.`
          : 'Sinon, vous pouvez rendre le billet jusqu’au début du live ; son prix vous est remboursé en entier.',
        { button: 'Rendre le billet', href: returnLink, isSecondary: true },
      ],
      reason: `Vous recevez ce message parce que vous avez un billet pour ce live sur ${house}.`,
    }),
  },
};

export const liveCancelled: Template<LetterData['live-cancelled']> = {
  lane: 'bulk',
  event: ({ cancelledAt, ...live }, publicUrl) =>
    live.startsAt ? liveEvent({ ...live, movedAt: cancelledAt }, publicUrl, { isCancelled: true }) : undefined,
  write: {
    en: ({ creator, title, to, amountMinor, currency, link }, house) => ({
      subject: `Cancelled: ${title}`,
      blocks: [
        `The live “${title}” by ${creator} will not take place. Your ticket is refunded in full.`,
        to === 'wallet'
          ? 'The money is in your wallet.'
          : 'The money goes back to the card that paid. It can take a few days until your bank shows it.',
        { facts: [['Amount', formatMoney(amountMinor, currency, 'en')]] },
        { button: 'Open your wallet', href: link },
      ],
      reason: `You get this letter because you had a ticket for this live on ${house}.`,
    }),
    fr: ({ creator, title, to, amountMinor, currency, link }, house) => ({
      subject: `Annulé : ${title}`,
      blocks: [
        `Le live « ${title} » de ${creator} n’aura pas lieu. Votre billet est remboursé en entier.`,
        to === 'wallet'
          ? 'La somme est dans votre portefeuille.'
          : 'La somme retourne sur la carte qui a payé. Votre banque peut mettre quelques jours à l’afficher.',
        { facts: [['Montant', formatMoney(amountMinor, currency, 'fr')]] },
        { button: 'Ouvrir votre portefeuille', href: link },
      ],
      reason: `Vous recevez ce message parce que vous aviez un billet pour ce live sur ${house}.`,
    }),
  },
};
