import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import type { Language } from '../../../protocol/accounts/people.ts';
import type { MeasureKind } from '../../../protocol/trust/decisions.ts';
import type { LetterData, Template } from './template.ts';

const MEASURES: Readonly<Record<Language, Record<MeasureKind, string>>> = {
  en: {
    remove_message: 'a message of yours is removed',
    mute: 'you cannot write in the chat of a room',
    remove_from_room: 'you are removed from a room',
    stop_live: 'the live is stopped, and no other can begin in this room',
    suspend_account: 'your account is suspended',
    freeze_earnings: 'no earnings are paid out to you',
    refund_room: 'the room is ended, and its tickets are paid back',
  },
  fr: {
    remove_message: 'un de vos messages est retiré',
    mute: 'vous ne pouvez plus écrire dans le chat d’un salon',
    remove_from_room: 'vous êtes exclu d’un salon',
    stop_live: 'le live est arrêté, et aucun autre ne peut commencer dans ce salon',
    suspend_account: 'votre compte est suspendu',
    freeze_earnings: 'aucun revenu ne vous est versé',
    refund_room: 'le salon est clos, et ses billets sont remboursés',
  },
};

/** A suspension that also holds a creator's payouts, which it does to its end. */
const SUSPENDED_CREATOR: Readonly<Record<Language, { text: string; withoutEnd: string }>> = {
  en: { text: 'your account is suspended, and nothing is paid out to you', withoutEnd: ', without an end date' },
  fr: { text: 'votre compte est suspendu, et rien ne vous est versé', withoutEnd: ', sans date de fin' },
};

function inWords(
  { measures, holdsPayouts }: Pick<LetterData['decision'], 'measures' | 'holdsPayouts'>,
  untilWord: string,
  locale: HouseLocale,
): string[] {
  return measures.map(({ kind, until }) => {
    const creator = kind === 'suspend_account' && holdsPayouts ? SUSPENDED_CREATOR[locale.language] : undefined;
    const end = until === null ? (creator?.withoutEnd ?? '') : ` ${untilWord} ${formatDate(until, 'long', locale)}`;
    return (creator?.text ?? MEASURES[locale.language][kind]) + end;
  });
}

/** The statement of reasons (article 17 of the Digital Services Act). */
export const decision: Template<LetterData['decision']> = {
  lane: 'other',
  write: {
    en: ({ ground, reasons, automated, appealUntil, link, ...made }, house, locale) => ({
      subject: `A decision of ${house} about you`,
      blocks: [
        `${house} has decided: ${inWords(made, 'until', locale).join('; ')}.`,
        reasons,
        {
          facts: [
            ['Ground', ground.en],
            ['Automated means', automated ? 'used' : 'not used'],
          ],
        },
        appealUntil === null
          ? 'This holds for now. A person will decide about it, and write to you.'
          : `You can appeal until ${formatDate(appealUntil, 'long', locale)}. Somebody other than the person who decided will answer. The courts are open to you too.`,
        { button: 'Read the decision', href: link },
      ],
      reason: `You get this letter because the decision concerns your ${house} account.`,
    }),
    fr: ({ ground, reasons, automated, appealUntil, link, ...made }, house, locale) => ({
      subject: `Une décision de ${house} à votre sujet`,
      blocks: [
        `${house} a décidé : ${inWords(made, 'jusqu’au', locale).join(' ; ')}.`,
        reasons,
        {
          facts: [
            ['Fondement', ground.fr],
            ['Moyens automatisés', automated ? 'utilisés' : 'non utilisés'],
          ],
        },
        appealUntil === null
          ? 'Cela vaut pour l’instant. Une personne en décidera, et vous écrira.'
          : `Vous pouvez former un recours jusqu’au ${formatDate(appealUntil, 'long', locale)}. Une autre personne que celle qui a décidé répondra. Les tribunaux vous sont aussi ouverts.`,
        { button: 'Lire la décision', href: link },
      ],
      reason: `Vous recevez ce message parce que la décision concerne votre compte ${house}.`,
    }),
  },
};

export const decisionUndone: Template<LetterData['decision-undone']> = {
  lane: 'other',
  write: {
    en: ({ link }, house) => ({
      subject: `${house} has reversed a decision about you`,
      blocks: [
        'The decision about you was reviewed again and has been reversed. Everything that could be restored has been restored.',
        { button: 'Read more', href: link },
      ],
      reason: `You get this letter because the decision concerned your ${house} account.`,
    }),
    fr: ({ link }, house) => ({
      subject: `${house} est revenue sur une décision à votre sujet`,
      blocks: [
        'La décision à votre sujet a été réexaminée et annulée. Ce qui pouvait être rétabli l’est.',
        { button: 'En savoir plus', href: link },
      ],
      reason: `Vous recevez ce message parce que la décision concernait votre compte ${house}.`,
    }),
  },
};

export const reportDecided: Template<LetterData['report-decided']> = {
  lane: 'other',
  write: {
    en: ({ number, acted, isChanged, isByForm, link }, house) => ({
      subject: `Your report no. ${number}`,
      blocks: [
        isChanged
          ? 'The decision about what you reported has changed.'
          : 'A decision was made about what you reported.',
        acted
          ? 'The house has acted on it.'
          : isChanged
            ? 'After another look, nothing is done.'
            : 'The house saw no reason to act.',
        'You can appeal within six months. Somebody other than the person who decided will answer.',
        { button: isByForm ? 'Read it, and appeal' : 'See your reports', href: link },
      ],
      reason: `You get this letter because you reported something to ${house}.`,
    }),
    fr: ({ number, acted, isChanged, isByForm, link }, house) => ({
      subject: `Votre signalement n° ${number}`,
      blocks: [
        isChanged
          ? 'La décision sur ce que vous aviez signalé a changé.'
          : 'Une décision a été prise sur ce que vous aviez signalé.',
        acted
          ? 'La maison a agi.'
          : isChanged
            ? 'Après un nouvel examen, rien n’est fait.'
            : 'La maison n’a pas vu de raison d’agir.',
        'Vous pouvez former un recours sous six mois. Une autre personne que celle qui a décidé répondra.',
        { button: isByForm ? 'La lire, et former un recours' : 'Voir vos signalements', href: link },
      ],
      reason: `Vous recevez ce message parce que vous avez fait un signalement à ${house}.`,
    }),
  },
};

export const appealDecided: Template<LetterData['appeal-decided']> = {
  lane: 'other',
  write: {
    en: ({ granted, isByReporter, reasons, link }, house) => ({
      subject: `Your appeal to ${house}`,
      blocks: [
        !granted
          ? 'Your appeal is not granted: the decision stays.'
          : isByReporter
            ? 'Your appeal is granted: the decision about what you reported has changed.'
            : 'Your appeal is granted. What could be undone is undone; a refund that was paid stays paid.',
        reasons,
        { button: 'Read more', href: link },
      ],
      reason: `You get this letter because you appealed against a decision of ${house}.`,
    }),
    fr: ({ granted, isByReporter, reasons, link }, house) => ({
      subject: `Votre recours auprès de ${house}`,
      blocks: [
        !granted
          ? 'Votre recours est rejeté : la décision est maintenue.'
          : isByReporter
            ? 'Votre recours est accueilli : la décision sur ce que vous aviez signalé a changé.'
            : 'Votre recours est accueilli. Ce qui pouvait être annulé l’est ; un remboursement déjà versé le reste.',
        reasons,
        { button: 'En savoir plus', href: link },
      ],
      reason: `Vous recevez ce message parce que vous avez formé un recours contre une décision de ${house}.`,
    }),
  },
};
