/** Letters about the safety of an account. They are mandatory, so that they have no unsubscribe link. */
import type { LetterData, Template } from './template.ts';

export const reasonEn = (house: string) =>
  `You get this letter because it is about the safety of your account on ${house}.`;
export const reasonFr = (house: string) =>
  `Vous recevez ce message parce qu’il concerne la sécurité de votre compte sur ${house}.`;

export const passkey: Template<LetterData['passkey']> = {
  lane: 'safety',
  write: {
    en: ({ what, name, link }, house) => ({
      subject: what === 'added' ? `A passkey was added to your account` : `A passkey was removed from your account`,
      blocks: [
        what === 'added'
          ? `The passkey “${name}” can now sign in to your account on ${house}.`
          : `The passkey “${name}” can no longer sign in to your account on ${house}.`,
        'If it was not you, sign out everywhere in your account, remove passkeys that you do not know, and write to us.',
        { button: 'Open your account', href: link },
      ],
      reason: reasonEn(house),
    }),
    fr: ({ what, name, link }, house) => ({
      subject:
        what === 'added'
          ? 'Une clé d’accès a été ajoutée à votre compte'
          : 'Une clé d’accès a été retirée de votre compte',
      blocks: [
        what === 'added'
          ? `La clé d’accès « ${name} » permet désormais de se connecter à votre compte sur ${house}.`
          : `La clé d’accès « ${name} » ne permet plus de se connecter à votre compte sur ${house}.`,
        'Si ce n’était pas vous, déconnectez-vous partout depuis votre compte, retirez les clés d’accès que vous ne connaissez pas et écrivez-nous.',
        { button: 'Ouvrir votre compte', href: link },
      ],
      reason: reasonFr(house),
    }),
  },
};

export const oidcBinding: Template<LetterData['oidc-binding']> = {
  lane: 'safety',
  write: {
    en: ({ what, name, link }, house) => ({
      subject: what === 'added' ? `You can now sign in with ${name}` : `You can no longer sign in with ${name}`,
      blocks: [
        what === 'added'
          ? `An account at ${name} can now sign in to your account on ${house}.`
          : `Your account at ${name} can no longer sign in to your account on ${house}.`,
        'If it was not you, sign out everywhere in your account, remove it there, and write to us.',
        { button: 'Open your account', href: link },
      ],
      reason: reasonEn(house),
    }),
    fr: ({ what, name, link }, house) => ({
      subject:
        what === 'added'
          ? `Vous pouvez désormais vous connecter avec ${name}`
          : `Vous ne pouvez plus vous connecter avec ${name}`,
      blocks: [
        what === 'added'
          ? `Un compte chez ${name} permet désormais de se connecter à votre compte sur ${house}.`
          : `Votre compte chez ${name} ne permet plus de se connecter à votre compte sur ${house}.`,
        'Si ce n’était pas vous, déconnectez-vous partout depuis votre compte, retirez-le à cet endroit et écrivez-nous.',
        { button: 'Ouvrir votre compte', href: link },
      ],
      reason: reasonFr(house),
    }),
  },
};
