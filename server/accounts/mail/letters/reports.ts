import { formatDate } from '../../../platform/house-dates.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import type { LetterData, Template } from './template.ts';

export const reportReceived: Template<LetterData['report-received']> = {
  lane: 'other',
  write: {
    en: ({ number, isByForm, link }, house) => ({
      subject: `We have received your report no. ${number}`,
      blocks: [
        'Somebody of the house will read it and decide. Keep the number: you need it to ask about your report.',
        'If somebody is in danger now, call the emergency number: 112 in the European Union.',
        { button: isByForm ? 'See your report' : 'See your reports', href: link },
      ],
      reason: isByForm
        ? `You get this letter because somebody gave this address on the form for reports of ${house}. If it was not you, ignore it: nothing else follows from it.`
        : `You get this letter because you reported something on ${house}.`,
    }),
    fr: ({ number, isByForm, link }, house) => ({
      subject: `Nous avons reçu votre signalement n° ${number}`,
      blocks: [
        'Une personne de la maison le lira et décidera. Gardez le numéro : il sert à demander où en est votre signalement.',
        'Si quelqu’un est en danger maintenant, appelez le numéro d’urgence : le 112 dans l’Union européenne.',
        { button: isByForm ? 'Voir votre signalement' : 'Voir vos signalements', href: link },
      ],
      reason: isByForm
        ? `Vous recevez ce message parce que cette adresse a été donnée dans le formulaire de signalement de ${house}. Si ce n’était pas vous, ignorez-le : il n’a pas d’autre suite.`
        : `Vous recevez ce message parce que vous avez signalé quelque chose sur ${house}.`,
    }),
  },
};

export const reportUnfounded: Template<LetterData['report-unfounded']> = {
  lane: 'other',
  write: {
    en: ({ number, limitedUntil, link }, house, locale) => ({
      subject: `Your report no. ${number} was found to be manifestly unfounded`,
      blocks: [
        `Those who decide about reports found that your report no. ${number} was manifestly unfounded.`,
        limitedUntil === null
          ? `Reports take time that others need. After ${LIMITS.unfoundedReports} such reports within ${LIMITS.unfoundedReportDays} days you can file only one report a day, for ${LIMITS.limitedReportDays} days.`
          : `You have made ${LIMITS.unfoundedReports} or more of them within ${LIMITS.unfoundedReportDays} days: until ${formatDate(limitedUntil, 'long', locale)} you can file only one report a day.`,
        'If you think that this is wrong, write to the house and quote the number.',
        { button: 'See your reports', href: link },
      ],
      reason: `You get this letter because you reported something on ${house}.`,
    }),
    fr: ({ number, limitedUntil, link }, house, locale) => ({
      subject: `Votre signalement n° ${number} a été jugé manifestement infondé`,
      blocks: [
        `Les personnes qui décident des signalements ont jugé votre signalement n° ${number} manifestement infondé.`,
        limitedUntil === null
          ? `Chaque signalement prend du temps dont d’autres ont besoin. Après ${LIMITS.unfoundedReports} signalements de ce genre en ${LIMITS.unfoundedReportDays} jours, vous ne pourrez en envoyer qu’un par jour, pendant ${LIMITS.limitedReportDays} jours.`
          : `Vous en avez fait ${LIMITS.unfoundedReports} ou plus en ${LIMITS.unfoundedReportDays} jours : jusqu’au ${formatDate(limitedUntil, 'long', locale)}, vous ne pouvez en envoyer qu’un par jour.`,
        'Si vous pensez que c’est une erreur, écrivez à la maison en citant le numéro.',
        { button: 'Voir vos signalements', href: link },
      ],
      reason: `Vous recevez ce message parce que vous avez signalé quelque chose sur ${house}.`,
    }),
  },
};
