import type { LetterData, Template } from './template.ts';

export const signIn: Template<LetterData['sign-in']> = {
  lane: ({ isMember }) => (isMember ? 'sign_in' : 'newcomer'),
  lifetimeMs: ({ minutes }) => minutes * 60_000,
  write: {
    en: ({ link, code, minutes }, house) => ({
      subject: `Sign in to ${house}`,
      blocks: [
        `Open this link in the browser where you want to sign in to ${house}.`,
        { button: 'Sign in', href: link },
        'Or type this code on the page where you asked to sign in:',
        { code },
        `The link and the code work once, for ${minutes} minutes. Do not share them: we never ask for them.`,
      ],
      reason: `You get this letter because a sign-in to ${house} was requested with your address. If it was not you, do nothing: without the link or the code no sign-in is possible.`,
    }),
    fr: ({ link, code, minutes }, house) => ({
      subject: `Connexion à ${house}`,
      blocks: [
        `Ouvrez ce lien dans le navigateur où vous voulez vous connecter à ${house}.`,
        { button: 'Se connecter', href: link },
        'Ou saisissez ce code sur la page où vous avez demandé la connexion :',
        { code },
        `Le lien et le code servent une seule fois, pendant ${minutes} minutes. Ne les donnez à personne : nous ne les demandons jamais.`,
      ],
      reason: `Vous recevez ce message parce que quelqu’un a demandé à se connecter à ${house} avec votre adresse. Si ce n’était pas vous, ne faites rien : sans le lien ni le code, personne n’entre.`,
    }),
  },
};
