/** Letters about a change of a person's mail address, to the old and to the new mailbox. */
import { DAY_MS } from '../../../platform/clock.ts';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import type { Block, LetterContent } from '../letter.ts';
import { reasonEn, reasonFr } from './account.ts';
import type { AddressStep, LetterData, Template } from './template.ts';

type Data = LetterData['address'];

interface Texts {
  subject: string;
  text: (data: Data) => string;
  button: string;
  /** Above the second link. */
  objection?: string;
}

const CONSENTS: ReadonlySet<AddressStep> = new Set(['confirm_old', 'confirm_new', 'recovery_confirm']);

export const address: Template<Data> = {
  // Letters that ask for consent go wherever somebody wants; the others tell an owner what happens to an account.
  lane: ({ step }) => (CONSENTS.has(step) ? 'other' : 'safety'),
  cause: ({ step }) => step,
  // After a day a person's own change is over, and these links with it.
  lifetimeMs: ({ step }) => (step === 'confirm_old' || step === 'confirm_new' ? DAY_MS : undefined),
  write: {
    en: (data, house, locale) =>
      content(english(house, locale)[data.step], data, { object: 'Stop the change', reason: reasonEn(house) }),
    fr: (data, house, locale) =>
      content(french(house, locale)[data.step], data, { object: 'Arrêter le changement', reason: reasonFr(house) }),
  },
};

function content(texts: Texts, data: Data, { object, reason }: { object: string; reason: string }): LetterContent {
  const { link, objection } = data;
  const second: Block[] =
    objection === null ? [] : [texts.objection ?? '', { button: object, href: objection, isSecondary: true }];
  return {
    subject: texts.subject,
    blocks: [texts.text(data), { button: texts.button, href: link }, ...second],
    reason,
  };
}

const english = (house: string, locale: HouseLocale): Record<AddressStep, Texts> => ({
  confirm_old: {
    subject: `Confirm the new address of your account`,
    text: ({ newAddress }) =>
      `The address of your account on ${house} is to become ${newAddress}. Both mailboxes have to agree.`,
    button: 'Agree to the change',
    objection: 'If it was not you, stop the change: this signs your account out everywhere.',
  },
  confirm_new: {
    subject: `Confirm your new address on ${house}`,
    text: () => `This is to become the address of an account on ${house}. Both mailboxes have to agree.`,
    button: 'Agree to the change',
  },
  recovery_notice: {
    subject: `Your account on ${house} is being recovered`,
    text: ({ newAddress, dueAt }) =>
      `The house was told that you have lost this mailbox and your passkeys. From ${formatDate(dueAt, 'day', locale)} your account opens to ${newAddress}, and your passkeys are removed. If you did not ask for this, stop the recovery.`,
    button: 'Stop the recovery',
  },
  recovery_confirm: {
    subject: `Confirm the recovery of your account on ${house}`,
    text: ({ dueAt }) =>
      `The house is recovering your account. Confirm that this is your mailbox. On ${formatDate(dueAt, 'day', locale)} at the earliest, a letter will say that your account is open to you again; until then the old mailbox can stop the recovery. Do not sign in with this address before that letter: it would get an account of its own, and yours would not open.`,
    button: 'Confirm this mailbox',
  },
  recovery_taken: {
    subject: `Your account on ${house} could not be opened to this address`,
    text: () =>
      'This address was used to sign in before the recovery was over, so it has an account of its own. To go on, close that account, or choose another address, and ask the house to begin again.',
    button: 'Open that account',
  },
  done_old: {
    subject: `The address of your account has changed`,
    text: ({ newAddress }) =>
      `The address of your account on ${house} is now ${newAddress}. If it was not you, undo the change within a week: the account comes back to this address and is signed out everywhere.`,
    button: 'Undo the change',
  },
  objection_refused: {
    subject: `Another account on ${house} asked for this address`,
    text: ({ dueAt }) =>
      `A link from an earlier letter to this mailbox would have given this address back to an account that had it before you. Nothing has changed: your account keeps the address. If it was you, and you want the earlier account back, close this one, then press the link again before ${formatDate(dueAt, 'day', locale)}.`,
    button: 'Open your account',
  },
  done_new: {
    subject: `Your account on ${house} is open to you again`,
    text: () => 'Sign in by mail with this address, then add a passkey.',
    button: 'Sign in',
  },
});

const french = (house: string, locale: HouseLocale): Record<AddressStep, Texts> => ({
  confirm_old: {
    subject: 'Confirmez la nouvelle adresse de votre compte',
    text: ({ newAddress }) =>
      `L’adresse de votre compte sur ${house} va devenir ${newAddress}. Les deux boîtes mail doivent donner leur accord.`,
    button: 'Donner mon accord',
    objection: 'Si ce n’était pas vous, arrêtez le changement : votre compte est alors déconnecté partout.',
  },
  confirm_new: {
    subject: `Confirmez votre nouvelle adresse sur ${house}`,
    text: () =>
      `Cette adresse va devenir celle d’un compte sur ${house}. Les deux boîtes mail doivent donner leur accord.`,
    button: 'Donner mon accord',
  },
  recovery_notice: {
    subject: `Votre compte sur ${house} va être rétabli`,
    text: ({ newAddress, dueAt }) =>
      `On a dit à la maison que vous aviez perdu cette boîte mail et vos clés d’accès. Dès le ${formatDate(dueAt, 'day', locale)}, votre compte s’ouvre à ${newAddress} et vos clés d’accès sont retirées. Si vous n’avez rien demandé, arrêtez le rétablissement.`,
    button: 'Arrêter le rétablissement',
  },
  recovery_confirm: {
    subject: `Confirmez le rétablissement de votre compte sur ${house}`,
    text: ({ dueAt }) =>
      `La maison rétablit votre compte. Confirmez que cette boîte mail est la vôtre. Au plus tôt le ${formatDate(dueAt, 'day', locale)}, un message vous dira que votre compte vous est de nouveau ouvert ; d’ici là, l’ancienne boîte peut arrêter le rétablissement. Ne vous connectez pas avec cette adresse avant ce message : elle aurait son propre compte, et le vôtre ne s’ouvrirait pas.`,
    button: 'Confirmer cette boîte mail',
  },
  recovery_taken: {
    subject: `Votre compte sur ${house} n’a pas pu s’ouvrir à cette adresse`,
    text: () =>
      'Cette adresse a servi à se connecter avant la fin du rétablissement : elle a donc son propre compte. Pour continuer, fermez ce compte, ou choisissez une autre adresse, et demandez à la maison de recommencer.',
    button: 'Ouvrir ce compte',
  },
  done_old: {
    subject: 'L’adresse de votre compte a changé',
    text: ({ newAddress }) =>
      `L’adresse de votre compte sur ${house} est maintenant ${newAddress}. Si ce n’était pas vous, annulez le changement dans la semaine : le compte revient à cette adresse et est déconnecté partout.`,
    button: 'Annuler le changement',
  },
  objection_refused: {
    subject: `Un autre compte sur ${house} a demandé cette adresse`,
    text: ({ dueAt }) =>
      `Un lien d’un ancien message à cette boîte aurait rendu cette adresse à un compte qui l’avait avant vous. Rien n’a changé : votre compte garde l’adresse. Si c’était vous et que vous voulez retrouver l’ancien compte, fermez celui-ci, puis utilisez le lien à nouveau avant le ${formatDate(dueAt, 'day', locale)}.`,
    button: 'Ouvrir votre compte',
  },
  done_new: {
    subject: `Votre compte sur ${house} vous est de nouveau ouvert`,
    text: () => 'Connectez-vous par mail avec cette adresse, puis ajoutez une clé d’accès.',
    button: 'Me connecter',
  },
});
