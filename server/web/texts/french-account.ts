/** French texts of the sign-in page and of the account. */
import type { englishAccount } from './english-account.ts';

export const frenchAccount: typeof englishAccount = {
  signIn: {
    title: 'Se connecter',
    text: 'Nous vous envoyons un message avec un lien et un code. Il n’y a pas de mot de passe ; la première fois crée votre compte.',
    address: 'Votre adresse mail',
    send: 'Envoyer le message',
    sent: 'Regardez vos messages',
    sentText: (address, minutes) =>
      `Nous avons écrit à ${address}. Ouvrez le lien sur n’importe quel appareil, ou saisissez le code ici. Les deux sont valables ${minutes} minutes.`,
    code: 'Code à six chiffres',
    confirm: 'Se connecter',
    other: 'Une autre adresse, ou pas de message',
    already: (name) => `Vous êtes connecté en tant que ${name}.`,
  },
  account: {
    title: 'Votre compte',
    welcome: 'Bienvenue',
    welcomeText: 'Comment les autres doivent-ils vous appeler ? Vous pourrez changer à tout moment.',
    profile: 'Profil',
    name: 'Nom',
    nameHint: 'Les autres le voient dans le chat et avec vos pourboires.',
    handle: 'Pseudonyme',
    handleHint:
      'Facultatif : de 3 à 30 lettres minuscules et chiffres, avec des points, tirets ou tirets bas entre eux.',
    language: 'Langue de nos messages',
    address: 'Adresse mail',
    save: 'Enregistrer',
    saved: 'Enregistré.',
    goOn: 'Continuer',
    sessions: 'Vos appareils connectés',
    sessionsText: 'Déconnectez un appareil que vous ne connaissez pas ou n’avez plus. L’effet est immédiat.',
    unknownDevice: 'Appareil inconnu',
    thisDevice: 'celui-ci',
    lastUsed: (when) => `utilisé le ${when}`,
    since: (when) => `depuis le ${when}`,
    signOutThere: 'Déconnecter',
    signOutOf: (device) => `Déconnecter ${device}`,
    signedOutThere: 'Cet appareil est déconnecté.',
    everywhere: 'Se déconnecter partout',
    creator: 'Devenir créateur',
    creatorText:
      'Les créateurs ouvrent des salons, passent en direct et gagnent de l’argent. Votre nom accompagne vos salons.',
    country: 'Pays où vous vivez',
    adult: 'J’ai 18 ans ou plus.',
    terms: 'J’accepte les conditions de cette maison.',
    readTerms: 'Lire les conditions',
    become: 'Devenir créateur',
    isCreator: 'Vous êtes créateur.',
    openStudio: 'Ouvrir le studio',
  },
};
