/** French texts of the committee's opinions, for members and for the desk. */
import type { opinions as english } from '../english/opinions.ts';

const plural = (count: number, one: string) => (count < 2 ? `${count} ${one}` : `${count} ${one}s`);

export const opinions: typeof english = {
  titled: (number, title) => `Avis ${number} : ${title}`,
  number: (number) => `Avis ${number}`,
  onCase: (number, title) => `Sur l’affaire ${number} : ${title}`,
  onRules: 'Sur les règles de la maison',
  languages: { en: 'Anglais', fr: 'Français' },
  states: {
    draft: 'Projet',
    voting: 'Vote en cours',
    adopted: 'Adopté',
    rejected: 'Non adopté',
    no_quorum: 'Sans quorum',
    withdrawn: 'Retiré',
  },
  votes: { for: 'Pour', against: 'Contre', abstain: 'Abstention' },
  tally: (yes, no, abstain, quorum) =>
    `${yes} pour, ${no} contre, ${plural(abstain, 'abstention')} ; quorum de ${quorum}`,
  adopted: (date) => `adopté le ${date}`,
  answerDue: (date) => `Réponse de la direction attendue d’ici le ${date}`,
  answerLate: (date) => `Réponse de la direction en retard : attendue le ${date}`,
  outcomes: {
    follows: 'La maison suit cet avis',
    follows_in_part: 'La maison suit cet avis en partie',
    does_not_follow: 'La maison ne suit pas cet avis',
  },
  answered: (date) => `réponse du ${date}`,
  answeredLate: 'après l’échéance',
  reasons: 'Motifs',
  steps: 'Étapes',
  stepDue: (date) => `d’ici le ${date}`,
  stepLate: (date) => `En retard : prévue le ${date}`,
  stepDone: (date) => `Faite le ${date}`,
  stepDoneLate: (date) => `Faite en retard, le ${date}`,
  rulings: { returns: 'Le contenu retiré revient', stays_down: 'Le contenu retiré le reste' },
  ruling: 'Décision, qui lie la maison',
  dissents: 'Opinions dissidentes',
  dissentOf: (name) => `Opinion dissidente de ${name}`,
  recusals: 'Récusations',
  recusalOf: (name) => `Sans la participation de ${name}`,
  question: 'La question',
};
