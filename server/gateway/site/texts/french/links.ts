/** Textes français des pages vers lesquelles mènent les liens des lettres. */
import type { links as english } from '../english/links.ts';

export const links: typeof english = {
  ticketReturn: {
    title: 'Rendre le billet',
    newDate: (date: string) => `Nouvelle date : ${date}`,
    noDate: 'La nouvelle date n’est pas encore connue.',
    price: (price: string) => `Vous récupérez ${price}, par le moyen de paiement que vous avez utilisé.`,
    button: 'Rendre le billet',
    keep: 'Garder le billet',
    closed: 'Ce billet ne peut plus être rendu.',
    done: 'Le billet est rendu',
    toWallet: (price: string) => `${price} sont dans votre portefeuille.`,
    toCard: (price: string) =>
      `${price} retournent sur la carte qui a payé. Votre banque peut mettre quelques jours à l’afficher.`,
  },
  unsubscribe: {
    title: 'Se désabonner',
    topics: { lives: 'Rappels de lives' },
    text: (address: string) => `Ils sont envoyés à ${address}.`,
    button: 'Se désabonner',
    done: 'Désabonnement confirmé',
    doneText: (address: string) => `${address} n’en recevra plus.`,
  },
  signIn: {
    title: 'Se connecter',
    text: (address: string) => `Ce lien connecte ${address}, dans ce navigateur, une seule fois.`,
    confirm: 'Me connecter ici',
    warning: 'Si vous ne l’avez pas demandé, fermez cette page : il ne se passe rien.',
    used: (address: string) => `Ce lien a déjà connecté ${address}. Il ne sert qu’une fois.`,
    expired: (address: string) => `Ce lien pour ${address} a expiré.`,
    ask: 'Recevoir un nouveau lien',
    goOn: 'Aller à l’accueil',
  },
  address: {
    confirm: {
      title: 'Changement d’adresse',
      old: (address: string) => `Votre compte passera à ${address} dès que les deux adresses auront confirmé.`,
      new: (address: string) => `Un compte de cette maison passera à ${address} dès que tout sera confirmé.`,
      act: 'Confirmer',
      waiting:
        'Merci, cette adresse a confirmé. Tant que le compte n’a pas changé d’adresse, ne vous connectez pas avec la nouvelle : cela créerait un autre compte.',
      done: 'Merci. L’adresse a été changée.',
    },
    object: {
      title: 'Arrêter le changement d’adresse',
      text: (old: string, fresh: string) =>
        `Votre compte reste à ${old}, ou y revient depuis ${fresh}. Il est déconnecté partout, et les clés d’accès ajoutées récemment sont retirées.`,
      act: 'Arrêter le changement',
      done: 'Le changement est arrêté. Connectez-vous par e-mail, puis vérifiez votre compte.',
    },
    ended: 'Ce changement est terminé : il a été arrêté ou retiré, ou un autre l’a remplacé.',
    expired: 'Ce lien a expiré.',
  },
};
