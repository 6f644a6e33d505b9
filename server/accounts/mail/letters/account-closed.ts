import type { LetterData, Template } from './template.ts';

export const accountClosed: Template<LetterData['account-closed']> = {
  lane: 'other',
  write: {
    en: ({ receiptYears, link }, house) => ({
      subject: `Your account of ${house} is closed`,
      blocks: [
        `Your account of ${house} is closed. Your name, your messages and your addresses are erased.`,
        `The books keep amounts. Receipts that were issued to you keep your name for ${receiptYears} years after the year of their issue, as the law asks; then it is erased.`,
        'This address can open a new account at any time.',
        { button: `Go to ${house}`, href: link },
      ],
      reason: `You get this letter because the account of ${house} with this address was closed.`,
    }),
    fr: ({ receiptYears, link }, house) => ({
      subject: `Votre compte de ${house} est clos`,
      blocks: [
        `Votre compte de ${house} est clos. Votre nom, vos messages et vos adresses sont effacés.`,
        `Les comptes de la maison gardent les montants. Les reçus émis à votre nom le gardent ${receiptYears} ans après l’année de leur émission, comme la loi le demande ; puis il est effacé.`,
        'Cette adresse peut ouvrir un nouveau compte à tout moment.',
        { button: `Aller à ${house}`, href: link },
      ],
      reason: `Vous recevez ce message parce que le compte de ${house} lié à cette adresse a été clos.`,
    }),
  },
};
