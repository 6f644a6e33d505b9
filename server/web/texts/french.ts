/** French texts of the site's pages. A missing key is a type error. */
import type { SiteTexts } from './english.ts';

import { frenchDesk } from './french-desk.ts';
import { frenchEarnings } from './french-earnings.ts';
import { frenchReceipt } from './french-receipt.ts';
import { frenchRooms } from './french-rooms.ts';
import { frenchWallet } from './french-wallet.ts';

export const french: SiteTexts = {
  desk: frenchDesk,
  earnings: frenchEarnings,
  receipt: frenchReceipt,
  rooms: frenchRooms,
  wallet: frenchWallet,
  site: {
    name: 'Loge',
    skip: 'Aller au contenu',
    live: 'Lives',
    studio: 'Studio',
    wallet: 'Portefeuille',
    earnings: 'Revenus',
    desk: 'Caisse',
    navigation: 'Principale',
    otherLanguage: 'English',
    account: (name) => `Connecté en tant que ${name}`,
    signOut: 'Se déconnecter',
    footer: 'Loge : la loge d’un théâtre, pour des lives entre les créateurs et leur communauté.',
    retry: 'Réessayer',
    failed: 'Le chargement a échoué.',
  },
  titles: {
    home: 'Loge : le live, en privé',
    room: 'Live · Loge',
    studio: 'Studio · Loge',
    wallet: 'Portefeuille · Loge',
    earnings: 'Revenus · Loge',
    desk: 'Caisse · Loge',
    receipt: 'Reçu · Loge',
  },
  home: {
    title: 'Prenez place.',
    text: 'Des lives privés, à quelques mètres de la scène. Prenez votre clé, les portes s’ouvrent.',
    liveNow: 'En direct',
    upcoming: 'Bientôt',
    nobody: 'Personne n’est en direct pour le moment.',
    nobodyText: 'Les salons ci-dessous vont ouvrir. Vous pouvez déjà prendre votre billet.',
    nothing: 'La maison est calme ce soir.',
    nothingText: 'Aucun salon n’est encore annoncé.',
    free: 'Gratuit',
    members: 'Membres',
    with: (creator) => `avec ${creator}`,
    soon: 'Bientôt',
    yours: 'Votre studio vous attend.',
    openStudio: 'Ouvrir le studio',
  },
  signIn: {
    title: 'Qui êtes-vous ce soir ?',
    text: 'Cette maison est une démonstration. Choisissez un créateur ou un fan ; il n’y a pas de mot de passe.',
    creators: 'Créateurs',
    fans: 'Fans',
    house: 'La maison',
    needed: 'Connectez-vous pour entrer',
    neededText: 'Choisissez qui vous êtes, et le salon s’ouvre ici.',
    production: 'Vous n’êtes pas connecté. Passez par le site qui vous a invité.',
  },
  studio: {
    title: 'Votre studio',
    text: 'Ouvrez un salon, vérifiez l’image, passez en direct.',
    newRoom: 'Un nouveau salon',
    rooms: 'Vos salons',
    none: 'Vous n’avez pas encore de salon. Créez le premier.',
    open: 'Ouvrir le studio',
    share: 'Copier le lien',
    copied: 'Lien copié',
    status: { live: 'En direct', scheduled: 'Prêt', ended: 'Terminé' },
    creatorsOnly: 'Le studio est réservé aux créateurs.',
    creatorsOnlyText: 'Vous êtes connecté comme fan. Déconnectez-vous et choisissez un créateur pour passer en direct.',
    back: 'Tous mes salons',
  },
};
