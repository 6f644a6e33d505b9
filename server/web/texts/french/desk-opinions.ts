/** French texts of the committee's opinions at the desk. */
import type { deskOpinions as english } from '../english/desk-opinions.ts';

export const deskOpinions: typeof english = {
  text: 'Le comité adresse ces avis à la direction, qui répond à chacun par écrit et à temps. Avec la réponse, ou dès qu’elle est en retard, l’avis, les votes et les opinions dissidentes sont publics.',
  page: 'La page que tout le monde voit',
  none: 'Le comité n’a encore rien adressé à la direction.',
  open: 'En attente de réponse',
  noneOpen: 'Tous les avis ont leur réponse.',
  answered: 'Avec réponse',
  readIt: 'Lire l’avis',
  answerIt: 'Répondre',
  outcome: 'La direction',
  outcomes: {
    follows: { label: 'Suit l’avis', text: 'La maison fait ce que demande le comité.' },
    follows_in_part: { label: 'Suit en partie', text: 'Les motifs disent ce qu’elle fait, et ce qu’elle ne fait pas.' },
    does_not_follow: { label: 'Ne suit pas l’avis', text: 'L’avis est publié avec les motifs.' },
  },
  reasons: { en: 'Motifs en anglais', fr: 'Motifs en français' },
  stepText: 'Publique, et affichée en retard passé son jour, jusqu’à ce qu’elle soit marquée comme faite.',
  stepName: { en: (step) => `Étape ${step}, en anglais`, fr: (step) => `Étape ${step}, en français` },
  stepDay: (step) => `Étape ${step} faite au plus tard le`,
  past: 'Choisissez un jour à venir.',
  addStep: 'Ajouter une étape',
  removeStep: 'Enlever la dernière étape',
  act: 'Publier la réponse',
  askTitle: (outcome) => `Publier la réponse « ${outcome} » ?`,
  askText:
    'Elle est publique aussitôt, avec l’avis, les votes et les opinions dissidentes. Elle est définitive : personne ne peut la modifier ni la supprimer.',
  keep: 'Pas encore',
  done: 'La réponse est publique.',
  stepDone: 'Marquer comme faite',
  stepDoneTitle: 'Marquer cette étape comme faite ?',
  stepDoneText: 'C’est public aussitôt, avec la date du jour, et ne peut pas être repris.',
  stepNote: 'Ce qui a été fait',
  stepNoteHint: 'Une phrase pour le public.',
  stepNoteMissing: 'Dites ce qui a été fait.',
  stepNoted: 'L’étape est affichée comme faite.',
  conflict: 'Quelqu’un d’autre y a répondu entre-temps. Rechargez la page.',
  proposal: 'Proposition pour la charte',
  proposalPage: 'Ce qui changerait, et les commentaires',
  inVersion: (version) => `La version ${version} de la charte dit la même chose`,
  takeOver: 'En faire le brouillon de la prochaine version',
  takeOverText: 'Vous annoncez ce brouillon comme tout autre, et les créateurs sont invités à l’accepter.',
  toDraft: 'La charte au bureau',
  hasDraft: 'Il y a déjà un brouillon de la prochaine version. Annoncez-le ou abandonnez-le d’abord.',
  late: (count) => (count === 1 ? 'Une réponse au comité est en retard' : `${count} réponses au comité sont en retard`),
  lateText: 'Tout le monde le voit sur la page du comité.',
  soon: (count) =>
    count === 1
      ? 'Une réponse au comité est attendue sous une semaine'
      : `${count} réponses au comité sont attendues sous une semaine`,
  soonText: 'Passé sa date, elle est affichée publiquement en retard.',
};
