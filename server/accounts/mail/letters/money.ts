/** Letters about a person's money. They are mandatory, so that they have no unsubscribe link. */
import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import { formatDate } from '../../../platform/house-dates.ts';
import type { LetterData, Template } from './template.ts';

const reasonEn = (house: string) => `You get this letter because it is about your money on ${house}.`;
const reasonFr = (house: string) => `Vous recevez ce message parce qu’il concerne votre argent sur ${house}.`;

const liveFacts = (live: { title: string; creator: string }, [title, creator]: [string, string]) =>
  [
    [title, live.title],
    [creator, live.creator],
  ] as const;

export const receipt: Template<LetterData['receipt']> = {
  lane: 'other',
  write: {
    en: ({ what, amountMinor, currency, at, live, tier = '', paidUntil, link }, house, locale) => ({
      subject: `Your receipt from ${house}`,
      blocks: [
        {
          ticket: 'Thank you. You have bought a ticket.',
          topup: 'Thank you. You have topped up your wallet.',
          tip: 'Thank you. You have given a tip by card.',
          membership: `Thank you. Your membership “${tier}” is paid.`,
        }[what],
        {
          facts: [
            ...(live ? liveFacts(live, ['Live', 'Creator']) : []),
            ['Amount', formatMoney(amountMinor, currency, 'en')],
            ['Paid on', formatDate(at, 'day', locale)],
            ...(paidUntil ? [['Paid until', formatDate(paidUntil, 'day', locale)] as const] : []),
          ],
        },
        { button: what === 'topup' ? 'Open your wallet' : 'Open the receipt', href: link },
      ],
      reason: reasonEn(house),
    }),
    fr: ({ what, amountMinor, currency, at, live, tier = '', paidUntil, link }, house, locale) => ({
      subject: `Votre reçu de ${house}`,
      blocks: [
        {
          ticket: 'Merci. Vous avez acheté un billet.',
          topup: 'Merci. Vous avez rechargé votre portefeuille.',
          tip: 'Merci. Vous avez donné un pourboire par carte.',
          membership: `Merci. Votre abonnement « ${tier} » est payé.`,
        }[what],
        {
          facts: [
            ...(live ? liveFacts(live, ['Live', 'Créateur']) : []),
            ['Montant', formatMoney(amountMinor, currency, 'fr')],
            ['Payé le', formatDate(at, 'day', locale)],
            ...(paidUntil ? [['Payé jusqu’au', formatDate(paidUntil, 'day', locale)] as const] : []),
          ],
        },
        { button: what === 'topup' ? 'Ouvrir votre portefeuille' : 'Ouvrir le reçu', href: link },
      ],
      reason: reasonFr(house),
    }),
  },
};

export const refund: Template<LetterData['refund']> = {
  lane: 'other',
  write: {
    en: ({ status, to, amountMinor, currency, link }, house) => ({
      subject: status === 'succeeded' ? `A refund from ${house}` : `A refund from ${house} has failed`,
      blocks: [
        status === 'failed'
          ? 'A refund could not be paid to your card. We are looking for another way to pay you.'
          : to === 'wallet'
            ? 'A payment was refunded to your wallet. The money is there now.'
            : 'A payment was refunded to the card that paid. It can take a few days until your bank shows it.',
        { facts: [['Amount', formatMoney(amountMinor, currency, 'en')]] },
        { button: 'Open your wallet', href: link },
      ],
      reason: reasonEn(house),
    }),
    fr: ({ status, to, amountMinor, currency, link }, house) => ({
      subject: status === 'succeeded' ? `Un remboursement de ${house}` : `Un remboursement de ${house} a échoué`,
      blocks: [
        status === 'failed'
          ? 'Un remboursement n’a pas pu être versé sur votre carte. Nous cherchons un autre moyen de vous le verser.'
          : to === 'wallet'
            ? 'Un paiement a été remboursé dans votre portefeuille. La somme y est déjà.'
            : 'Un paiement a été remboursé sur la carte qui a payé. Votre banque peut mettre quelques jours à l’afficher.',
        { facts: [['Montant', formatMoney(amountMinor, currency, 'fr')]] },
        { button: 'Ouvrir votre portefeuille', href: link },
      ],
      reason: reasonFr(house),
    }),
  },
};

export const renewalFailed: Template<LetterData['renewal-failed']> = {
  lane: 'other',
  write: {
    en: ({ tier, accessUntil, link }, house, locale) => ({
      subject: `Your membership “${tier}” could not be renewed`,
      blocks: [
        `The payment for your membership “${tier}” has failed. It will be tried again in the next few days.`,
        ...(accessUntil ? [`You keep your access until ${formatDate(accessUntil, 'day', locale)}.`] : []),
        'Check your card, or choose another one:',
        { button: 'Open your wallet', href: link },
      ],
      reason: reasonEn(house),
    }),
    fr: ({ tier, accessUntil, link }, house, locale) => ({
      subject: `Votre abonnement « ${tier} » n’a pas pu être renouvelé`,
      blocks: [
        `Le paiement de votre abonnement « ${tier} » a échoué. Il sera retenté ces prochains jours.`,
        ...(accessUntil ? [`Vous gardez votre accès jusqu’au ${formatDate(accessUntil, 'day', locale)}.`] : []),
        'Vérifiez votre carte, ou choisissez-en une autre :',
        { button: 'Ouvrir votre portefeuille', href: link },
      ],
      reason: reasonFr(house),
    }),
  },
};

export const payout: Template<LetterData['payout']> = {
  lane: 'other',
  write: {
    en: ({ status, amountMinor, currency, link }, house) => ({
      subject: status === 'paid' ? `${house} has paid you` : `A payout from ${house} has failed`,
      blocks: [
        status === 'paid'
          ? 'Your earnings are on their way to your bank account.'
          : 'Your earnings could not be paid out. They stay yours; your earnings page says what is missing.',
        { facts: [['Amount', formatMoney(amountMinor, currency, 'en')]] },
        { button: 'Open your earnings', href: link },
      ],
      reason: reasonEn(house),
    }),
    fr: ({ status, amountMinor, currency, link }, house) => ({
      subject: status === 'paid' ? `${house} vous a versé vos revenus` : `Un virement de ${house} a échoué`,
      blocks: [
        status === 'paid'
          ? 'Vos revenus sont en route vers votre compte bancaire.'
          : 'Vos revenus n’ont pas pu être versés. Ils restent à vous ; la page de vos revenus dit ce qui manque.',
        { facts: [['Montant', formatMoney(amountMinor, currency, 'fr')]] },
        { button: 'Ouvrir vos revenus', href: link },
      ],
      reason: reasonFr(house),
    }),
  },
};
