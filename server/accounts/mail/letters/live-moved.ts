/** Letters to people with a ticket: the live has another date, or does not take place. They are a duty of the house. */
import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import { formatMoment } from './dates.ts';
import { liveEvent } from './live-event.ts';
import type { LetterData, Template } from './template.ts';

export const liveMoved: Template<LetterData['live-moved']> = {
  lane: 'bulk',
  event: (data, publicUrl) => liveEvent(data, publicUrl),
  write: {
    en: ({ creator, title, startsAt, previousStartsAt, returnUntil, link, returnLink }, house) => ({
      subject: `New date: ${title}`,
      blocks: [
        startsAt
          ? `The live “${title}” by ${creator} takes place on another date.`
          : `The live “${title}” by ${creator} is postponed. Its new date is not known yet.`,
        {
          facts: [
            ...(startsAt ? [['New date', formatMoment(startsAt, 'en')] as const] : []),
            ...(previousStartsAt ? [['Before', formatMoment(previousStartsAt, 'en')] as const] : []),
          ],
        },
        'Your ticket stays valid: there is nothing to do if the date suits you.',
        { button: 'Open the live', href: link },
        returnUntil && startsAt
          ? `If it does not, you can give the ticket back until ${formatMoment(returnUntil, 'en')}, and get its full price back.`
          : 'If you do not want to wait, you can give the ticket back until the live begins, and get its full price back.',
        { button: 'Give the ticket back', href: returnLink },
      ],
      reason: `You get this letter because you have a ticket for this live on ${house}.`,
    }),
    fr: ({ creator, title, startsAt, previousStartsAt, returnUntil, link, returnLink }, house) => ({
      subject: `Nouvelle date : ${title}`,
      blocks: [
        startsAt
          ? `Le live « ${title} » de ${creator} change de date.`
          : `Le live « ${title} » de ${creator} est reporté. Sa nouvelle date n’est pas encore connue.`,
        {
          facts: [
            ...(startsAt ? [['Nouvelle date', formatMoment(startsAt, 'fr')] as const] : []),
            ...(previousStartsAt ? [['Avant', formatMoment(previousStartsAt, 'fr')] as const] : []),
          ],
        },
        'Votre billet reste valable : si la date vous convient, vous n’avez rien à faire.',
        { button: 'Ouvrir le live', href: link },
        returnUntil && startsAt
          ? `Sinon, vous pouvez rendre le billet jusqu’au ${formatMoment(returnUntil, 'fr')} ; son prix vous est remboursé en entier.`
          : 'Sinon, vous pouvez rendre le billet jusqu’au début du live ; son prix vous est remboursé en entier.',
        { button: 'Rendre le billet', href: returnLink },
      ],
      reason: `Vous recevez ce message parce que vous avez un billet pour ce live sur ${house}.`,
    }),
  },
};

export const liveCancelled: Template<LetterData['live-cancelled']> = {
  lane: 'bulk',
  write: {
    en: ({ creator, title, to, amountMinor, currency, link }, house) => ({
      subject: `Cancelled: ${title}`,
      blocks: [
        `The live “${title}” by ${creator} does not take place. Your ticket is paid back in full.`,
        to === 'wallet'
          ? 'The money is in your wallet.'
          : 'The money goes back to the card that had paid. Banks take some days to show it.',
        { facts: [['Amount', formatMoney(amountMinor, currency, 'en')]] },
        { button: 'Open the wallet', href: link },
      ],
      reason: `You get this letter because you had a ticket for this live on ${house}.`,
    }),
    fr: ({ creator, title, to, amountMinor, currency, link }, house) => ({
      subject: `Annulé : ${title}`,
      blocks: [
        `Le live « ${title} » de ${creator} n’a pas lieu. Votre billet est remboursé en entier.`,
        to === 'wallet'
          ? 'La somme est dans votre porte-monnaie.'
          : 'La somme retourne sur la carte qui avait payé. Les banques mettent quelques jours à l’afficher.',
        { facts: [['Montant', formatMoney(amountMinor, currency, 'fr')]] },
        { button: 'Ouvrir le porte-monnaie', href: link },
      ],
      reason: `Vous recevez ce message parce que vous aviez un billet pour ce live sur ${house}.`,
    }),
  },
};
