/** French texts of the form for a new room. */
import type { SiteTexts } from './english.ts';

export const frenchRooms: SiteTexts['rooms'] = {
  title: 'Titre',
  titlePlaceholder: 'Que verra-t-on ce soir ?',
  titleMissing: 'Donnez un titre au salon.',
  access: 'Qui peut entrer',
  kinds: {
    free: { title: 'Tout le monde', text: 'Entrée libre, pourboires bienvenus' },
    ticket: { title: 'Avec un billet', text: 'Payé une fois pour ce live' },
    members: { title: 'Les membres', text: 'Votre club, chaque mois' },
    private: { title: 'En privé', text: 'Un seul fan, à la minute' },
  },
  price: 'Prix du billet',
  rate: 'Prix de la minute',
  priceHint: (minimum, maximum) => `De ${minimum} à ${maximum}`,
  priceInvalid: (minimum, maximum) => `Indiquez un prix de ${minimum} à ${maximum}.`,
  rateHint: (minimum, maximum) =>
    `De ${minimum} à ${maximum}. Seul le temps où l’image passe des deux côtés est facturé.`,
  capacity: 'Places',
  capacityHint: 'Laissez vide pour ne pas limiter.',
  capacityInvalid: 'Indiquez un nombre entier de places, au moins 1.',
  startsAt: 'Début',
  startsAtHint: 'Laissez vide si vous ne savez pas encore.',
  startsAtPast: 'Le début est déjà passé.',
  tier: 'Qui de votre club',
  anyTier: 'Tous les membres',
  tierFrom: (name, price) => `À partir de ${name} (${price})`,
  firstTier: 'Votre club ne vend pas encore d’abonnement. Créez le premier :',
  tierName: 'Nom de l’abonnement',
  tierNamePlaceholder: 'Coulisses',
  tierPrice: 'Prix par mois',
  tierInvalid: (minimum, maximum) => `L’abonnement a besoin d’un nom et d’un prix de ${minimum} à ${maximum}.`,
  perMonth: (price) => `${price} par mois`,
  perYear: (price) => `${price} par an`,
  listed: 'Le montrer à tous',
  listedHint:
    'L’accueil et les moteurs de recherche affichent le salon. Sinon, seules les personnes qui ont le lien le trouvent.',
  create: 'Créer le salon',
};
