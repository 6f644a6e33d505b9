/** Textes français des sessions privées. */
import type { PrivateTexts } from './private-english.ts';

export const privateFrench: PrivateTexts = {
  private: {
    title: 'Session privée',
    rate: (amount) => `${amount} la minute`,
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
};
