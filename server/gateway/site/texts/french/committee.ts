import type { committee as english } from '../english/committee.ts';

/** French texts of the committee's page. */
export const committee: typeof english = {
  title: 'Le comité',
  text: 'Le comité veille sur cette maison. Ses membres n’y ont aucun rôle, n’y sont pas créateurs, et déclarent chaque année s’ils sont indépendants et bénévoles. La maison ne peut pas révoquer un membre avant la fin de son mandat sans en publier ici la raison.',
  none: 'Cette maison n’a pas de comité.',
  quorum: (held, seats, needed) => `Sièges occupés : ${held} sur ${seats} ; il en faut ${needed} pour le quorum.`,
  quorumFails: (date) => `Le quorum n’est plus atteint depuis le ${date}.`,
  vacant: (date) => `Vacant depuis le ${date}`,
  next: (name, date) => `${name} occupera ce siège à partir du ${date}.`,
  appointedBy: 'Nomination par',
  term: 'Mandat',
  dates: (from, until) => `du ${from} au ${until}`,
  declared: (date) => `Déclaration du ${date}`,
  countsUntil: (date) => `valable jusqu’au ${date}`,
  independent: 'Déclare son indépendance vis-à-vis de la maison.',
  notIndependent: 'Ne déclare pas son indépendance vis-à-vis de la maison.',
  unpaid: 'Déclare ne recevoir aucune rémunération de la maison.',
  notUnpaid: 'Ne déclare pas son bénévolat.',
  interests: 'Intérêts :',
  overdue: (date) => `Aucune déclaration valable depuis le ${date}.`,
  past: 'Anciens membres',
  ended: {
    term: (date) => `Le mandat a pris fin le ${date}.`,
    resigned: (date) => `A démissionné le ${date}.`,
    removed: (date) => `Révocation par la maison le ${date}.`,
    account_closed: (date) => `A fermé son compte le ${date}.`,
  },
  reason: 'Raison :',
};
