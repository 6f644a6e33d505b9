/** Textes français des pages des propositions pour la charte, que le serveur écrit en entier. */
import type { proposals as english } from '../english/proposals.ts';

export const proposals: typeof english = {
  title: 'Propositions pour la charte',
  text: 'Le comité propose des changements. Tout le monde peut les lire et les commenter avant son vote ; la direction répond ensuite par écrit.',
  none: 'Rien n’a encore été proposé.',
  toList: 'Toutes les propositions',
  toCharter: 'La charte en vigueur',
  number: (number) => `Proposition ${number}`,
  open: (date) => `Ouverte aux commentaires jusqu’au ${date}`,
  closed: (date) => `Commentaires ouverts jusqu’au ${date} ; le comité n’a pas encore voté`,
  voting: 'Le comité vote',
  adopted: (date) => `Adoptée par le comité le ${date}`,
  rejected: 'Le comité a voté contre',
  no_quorum: 'Trop peu de membres ont voté',
  withdrawn: 'Retirée',
  comments: (count) => (count === 1 ? '1 commentaire' : `${count} commentaires`),
  why: 'Pourquoi',
  changes: 'Ce qui changerait',
  revised: 'Le comité a modifié le texte après les commentaires. Voici ce qu’il a adopté.',
  toCommented: 'Lire le texte qui a été commenté',
  commented: 'Voici le texte qui a été commenté. Le comité l’a modifié avant de voter.',
  toAdopted: 'Lire le texte adopté',
  noChange: 'Aucun mot ne change.',
  fate: 'Ce qu’elle est devenue',
  waiting: 'La direction n’a pas encore répondu.',
  opinion: 'Votes, dates et étapes',
  outcomes: {
    follows: 'La direction la suit',
    follows_in_part: 'La direction la suit en partie',
    does_not_follow: 'La direction ne la suit pas',
  },
  version: (version) => `Elle figure dans la version ${version} de la charte`,
  commentsTitle: 'Commentaires',
  noComments: 'Aucun commentaire pour l’instant.',
  hidden: (count) =>
    count === 1
      ? 'Des membres du comité ont masqué 1 commentaire.'
      : `Des membres du comité ont masqué ${count} commentaires.`,
  label: 'Votre commentaire',
  hint: 'Tout le monde le lit, sous votre nom. Vous pouvez commenter une fois, sans le modifier ensuite.',
  send: 'Publier le commentaire',
  sent: 'Merci. Vous avez commenté cette proposition.',
  incomplete: 'Écrivez d’abord quelque chose.',
  signedOut: 'Connectez-vous pour commenter.',
  signIn: 'Se connecter',
};
