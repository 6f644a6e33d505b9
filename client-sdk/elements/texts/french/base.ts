/** Textes français des éléments. Une clé qui manque ici est une erreur de type. */
import type * as english from '../english/base.ts';
import { asSentence } from '../format.ts';

/** Les erreurs d’une page qui n’arrive pas à charger ses autres textes. */
export const failures: typeof english.failures = {
  code_unavailable:
    'Une partie de cette page n’a pas pu être chargée. Vérifiez votre connexion ; nous essayons encore.',
  token_unavailable: 'Votre invitation n’a pas pu être obtenue. Réessayez dans un instant.',
  connection_failed: 'Le serveur est injoignable. Vérifiez votre réseau.',
  timeout: 'Le serveur n’a pas répondu à temps. Réessayez.',
  internal: 'Quelque chose a échoué de notre côté. Réessayez dans un instant.',
};

export const base: typeof english.base = {
  room: {
    loading: 'Ouverture du salon…',
    noToken: 'Ce salon a besoin d’un jeton du site qui le montre.',
    retry: 'Réessayer',
    reconnecting: 'La connexion est perdue. Nous la rétablissons…',
    ended: 'Ce live est terminé',
    disconnected: 'Vous n’êtes plus dans le salon',
    label: (title) => `Salon : ${title}`,
    live: 'En direct',
    offAir: 'Hors antenne',
    watching: (count, one) => (one ? `${count} personne regarde` : `${count} personnes regardent`),
    by: (creator) => `avec ${creator}`,
  },
  lobby: {
    privateSession: 'Session privée',
    aMinute: (amount) => `${amount} la minute`,
    label: 'Vestibule',
    noDate: 'Pas encore de date',
    newDate: (date) => `Nouvelle date : ${date}`,
    postponed: 'Reporté, sans nouvelle date pour l’instant',
    liveNow: 'En direct en ce moment',
    pausedUntil: (time) => `En pause, reprend avant ${time}`,
    offAir: 'Hors antenne pour le moment',
    pausedText: (time) =>
      `Si le live ne reprend pas avant ${time}, le salon ferme et le billet que vous achetez maintenant vous est remboursé. D’ici là, vous pouvez aussi le rendre.`,
    ticket: 'Billet pour ce live',
    once: 'Payé une seule fois. Sans abonnement.',
    payCard: (price) => `Payer ${price} par carte`,
    payWallet: (price) => `Payer ${price} avec le portefeuille`,
    buyCard: 'Payer par carte',
    walletShort: (missing) => `Il manque ${missing} dans votre portefeuille`,
    walletTopUp: (amount) => `Recharger ${amount}`,
    secure: 'Vous payez par carte sur la page de notre prestataire. Un remboursement repart par le même chemin.',
    confirmed: 'Paiement confirmé, ouverture des portes…',
    confirming: 'Nous attendons la confirmation de votre paiement. Les portes s’ouvriront ensuite.',
    late: 'Cela prend du temps. Si vous avez payé, les portes s’ouvriront ; sinon, réessayez.',
    refused: 'Votre banque n’a pas confirmé le paiement. Rien n’a été débité. Réessayez ou utilisez une autre carte.',
    cancelled: 'Paiement annulé. Rien n’a été débité.',
    returned: 'Votre paiement n’a pas pu servir. L’argent repart par le même chemin.',
    paid: 'Paiement confirmé.',
    topupArrived: (amount) => `${amount} ajoutés à votre portefeuille`,
    soldOut: 'Complet',
    soldOutNote: (places) => (places === 1 ? 'Le seul billet est parti.' : `Les ${places} billets sont partis.`),
    soldOutText: 'Restez ici : dès qu’une place se libère, vous pouvez l’acheter.',
    closed: 'Les portes vous sont fermées',
    removed: (reason) =>
      `${reason ? `Raison donnée : ${asSentence(reason)} ` : ''}Votre crédit reste à vous. Un billet utilisé n’est pas remboursé ; pour contester l’exclusion, écrivez à la maison.`,
    contact: 'Écrire à la maison',
    appeal: 'Lire les motifs ou former un recours',
    reasons: {
      free: '',
      role: '',
      ticket: '',
      embedder: '',
      gift: '',
      refunded: 'Votre billet a été remboursé.',
      disputed: 'Le paiement de votre billet est contesté : pour l’instant, il ne donne pas accès.',
      removed: 'Vous avez été exclu de ce salon par son créateur ou un modérateur.',
      expired: 'Votre accès à ce salon a expiré.',
      private: '',
      membership: '',
      private_ended: 'Votre session privée est terminée.',
      revoked: 'Votre accès à ce salon a été retiré.',
      room_ended: '',
      suspended: 'La maison a suspendu votre compte.',
      subscribe_not_allowed: 'Votre invitation ne permet pas de regarder ce live.',
    },
  },
  club: {
    label: 'Abonnement',
    title: 'Ce salon est réservé aux membres du club',
    price: (price: string, interval: 'month' | 'year') => `${price} par ${interval === 'month' ? 'mois' : 'an'}`,
    join: 'S’abonner',
    joined: 'Vous êtes maintenant membre du club.',
    terms:
      'Renouvelé jusqu’à ce que vous résiliiez, à tout moment ; le temps payé vous reste. En cas d’exclusion ou de fermeture du club, la part non utilisée est remboursée. Rétractation sous 14 jours.',
  },
  price: {
    summary: (creator: string, amount: string) => `Dont ${amount} pour ${creator}. Qui reçoit quoi ?`,
    processor: 'Prestataire de paiement, environ',
    platform: 'La maison, environ',
    vat: (rate: string, country: string) => `TVA ${rate} % (${country})`,
    estimate: ', estimée',
    total: 'Vous payez',
    charter: 'La charte de la maison',
    pledge: (creator: string, share: string, association: string) =>
      `${creator} donne ${share} % de sa part à ${association}.`,
    returns: {
      before: 'Vous pouvez le rendre jusqu’au début du live',
      live: 'Le live est en cours : le billet ne peut plus être rendu',
      after: 'Vous pouvez le rendre jusqu’à la reprise',
      waived: 'Droit de rétractation abandonné',
      waivedUndated: 'Droit de rétractation abandonné dès le début du live',
    },
    goesBack: (minutes: number) =>
      minutes > 0
        ? `Sans live d’au moins ${minutes} minutes en tout, votre billet est remboursé automatiquement.`
        : 'Si le live n’a pas lieu, votre billet est remboursé automatiquement.',
    dateDue: (date: string) => `De même s’il n’a pas de date d’ici au ${date}.`,
    dateDueDays: (days: number) => `De même s’il n’a toujours pas de date ${days} jours après le premier billet.`,
    optional: 'Facultatif.',
    ticketsLeft: (count: number) => (count === 1 ? 'Plus qu’un billet' : `Plus que ${count} billets`),
  },
  wallet: {
    balance: (amount) => `Portefeuille : ${amount}`,
    topUp: 'Recharger',
  },
  limits: {
    tooSmall: (minimum) => `Le minimum est de ${minimum}.`,
    tooLarge: (maximum) => `Le maximum est de ${maximum}.`,
  },
  erasedPerson: 'Compte supprimé',
  somebody: 'Quelqu’un',
  labelled: (name, text) => `${name} : ${text}`,
  errors: failures,
};
