/** Textes français de ce qui se voit dans un salon, hors du chat. */
import type { InsideTexts } from './inside-english.ts';

export const insideFrench: InsideTexts = {
  private: {
    how: (amount) =>
      `Rien que vous deux. ${amount} sont réservés à la demande ; vous payez au centime près le temps où l’image passait vraiment des deux côtés.`,
    request: 'Demander une session',
    topUp: (missing) => `Ajoutez ${missing} pour demander`,
    waiting: (creator) => `En attente de la réponse de ${creator}…`,
    withdraw: 'Annuler la demande',
    end: 'Terminer la session',
    counting: 'le temps est compté',
    paused: 'en pause, rien n’est débité',
    pausedTitle: 'Votre vidéo est en pause',
    pausedText:
      'Votre appareil ne confirme pas que l’image arrive : nous avons cessé de l’envoyer. Rien n’est débité pendant ce temps. Vérifiez votre connexion, désactivez un VPN ou une extension qui bloque la vidéo, ou essayez un autre réseau.',
    pausedRetry: (time) => `Prochain essai possible dans ${time} : seuls quelques essais sont permis en cinq minutes.`,
    pausedRetrySoon: 'Nous réessayons de nous-mêmes dès que votre connexion fonctionne.',
    pausedEnds:
      'Après une minute sans image, la session se termine d’elle-même ; vous pourrez alors en demander une autre.',
    fanPausedTitle: (name) => `La vidéo vers ${name} est en pause`,
    fanPausedText: (name) =>
      `L’appareil de ${name} ne confirme pas que votre image arrive : le temps n’est pas compté. Votre caméra n’est pas en cause. La session reprend d’elle-même quand son appareil répond ; vous pouvez attendre ou y mettre fin. Après une minute sans image, elle se termine d’elle-même.`,
    fundsLow: 'Votre crédit s’épuise dans moins d’une demi-minute.',
    declined: 'Votre demande a été déclinée. Rien n’a été débité.',
    expired: 'Personne n’a répondu à temps. Rien n’a été débité.',
    with: (name) => `Avec ${name}`,
    nobody: 'Personne ne demande de session pour le moment.',
    accept: 'Accepter',
    decline: 'Décliner',
    costInAll: (amount) => `Elle a coûté ${amount}.`,
    lasts: (time) => `Votre crédit suffit pour ${time} au plus.`,
    receipt: 'Votre reçu',
    time: 'Temps avec l’image des deux côtés',
    perMinute: 'Prix de la minute',
    paid: 'Vous avez payé',
    earned: 'Vous avez gagné',
    earnedInAll: (amount) => `Vous avez gagné ${amount}.`,
    endReasons: {
      fan_ended: 'La session est terminée.',
      creator_ended: 'La session est terminée.',
      funds_ended: 'Le crédit est épuisé.',
      media_ended: 'La vidéo n’est pas revenue.',
      interrupted: 'La session a été interrompue de notre côté.',
      room_ended: 'Le salon est fermé.',
      removed: 'La session a été interrompue par la modération.',
    },
  },
  stage: {
    label: (creator) => `Vidéo en direct de ${creator}`,
    soon: 'Le rideau est encore baissé',
    pausedTitle: 'Une pause',
    pausedText: (creator, time) => `${creator} revient avant ${time}. Restez ici : la vidéo démarre d’elle-même.`,
    offAirText: (creator) => `${creator} est hors antenne. À son retour, la vidéo démarre d’elle-même.`,
    soonText: (creator) => `${creator} se prépare. Restez ici : la vidéo démarre d’elle-même.`,
    joining: 'Lever de rideau…',
    startSound: 'Toucher pour le son',
    cameraOff: 'La caméra est éteinte',
    microphoneOff: 'Le son est coupé sur scène',
    paused: 'En pause : votre appareil ne confirme pas l’image',
    poorConnection: 'Votre connexion est faible. L’image s’y adapte.',
  },
  summary: {
    title: 'Votre soirée',
    titleCreator: 'La soirée en chiffres',
    duration: 'En direct',
    tickets: (count) => `Billets (${count})`,
    tips: (count) => `Pourboires (${count})`,
    ownTips: (count) => `Vos pourboires (${count})`,
    returned: (count) => `Billets remboursés (${count})`,
    yours: 'Pour vous, après TVA et commission',
    back: (amount, to) =>
      to === 'wallet'
        ? `Vous n’avez vu aucun live : ${amount} reviennent automatiquement dans votre portefeuille.`
        : `Vous n’avez vu aucun live : ${amount} reviennent automatiquement sur votre carte. Votre banque les affiche sous 5 à 10 jours.`,
  },
  leaderboard: {
    title: 'Les plus généreux ce soir',
    open: 'Qui a donné le plus',
    none: 'Personne n’a encore donné. La première place est libre.',
    tips: (count, one) => `${count} ${one ? 'pourboire' : 'pourboires'}`,
    you: 'Vous',
    yourPlace: (place) => `Vous êtes à la place ${place}`,
    toNext: (amount) => `Encore ${amount} et vous gagnez une place`,
    close: 'Fermer',
  },
};
