/** French texts of the committee's opinions on its public page. */
import type { opinions as english } from '../english/opinions.ts';

export const opinions: typeof english = {
  title: 'Ce que le comité a dit',
  none: 'Le comité n’a pas encore rendu d’avis.',
  seats: 'Les membres',
  number: (number) => `Avis ${number}`,
  onCase: (number, title) => `sur l’affaire ${number}, « ${title} »`,
  onRules: 'sur les règles de la maison',
  given: (date) => `Rendu le ${date}`,
  tally: (yes, no, abstain) =>
    `${yes} pour, ${no} contre${abstain === 0 ? '' : abstain === 1 ? ', 1 abstention' : `, ${abstain} abstentions`}`,
  due: (date) => `La direction doit répondre d’ici le ${date}. Le texte sera alors publié ici, avec ou sans réponse.`,
  late: (date) => `La direction n’a pas répondu. Sa réponse était attendue le ${date}.`,
  rulings: {
    returns: 'Il lie la maison : le contenu retiré est revenu.',
    stays_down: 'Il lie la maison : le contenu retiré le reste.',
  },
  outcomes: {
    follows: 'La maison suit cet avis.',
    follows_in_part: 'La maison suit cet avis en partie.',
    does_not_follow: 'La maison ne suit pas cet avis.',
  },
  answered: (date) => `Réponse du ${date}`,
  answeredLate: (date) => `Réponse en retard, du ${date}`,
  reasons: 'Ses motifs',
  steps: 'Ce que fera la maison',
  stepDue: (date) => `d’ici le ${date}`,
  stepLate: (date) => `en retard : prévu le ${date}`,
  stepDone: (date) => `fait le ${date}`,
  stepDoneLate: (date) => `fait en retard, le ${date}`,
  read: 'Lire l’avis',
  readWithDissent: 'Lire l’avis et les opinions dissidentes',
  question: 'La question',
  dissent: (name) => `Opinion dissidente de ${name}`,
  recusal: (name) => `Sans la participation de ${name}`,
  power:
    'Ce que la maison ne peut pas faire : modifier ou supprimer un avis, un vote, une opinion dissidente ou une réponse, déplacer la date d’une réponse, ni voter. Son logiciel ne le permet pas, et sa base de données le refuse. Ce qu’elle pourrait encore faire : qui administre la base pourrait lire les projets, ajouter des lignes, ou lever d’abord ces verrous. Si le comité dit un jour autre chose que cette page, croyez le comité.',
};
