import type { LetterData, Template } from './template.ts';

export const accountClosed: Template<LetterData['account-closed']> = {
  lane: 'safety',
  write: {
    en: ({ receiptYears, link }, house) => ({
      subject: `Your ${house} account is closed`,
      blocks: [
        `Your ${house} account is closed. Your name, your messages and your addresses are erased.`,
        `The books keep amounts. Receipts that were issued to you keep your name for ${receiptYears} years after the year of their issue, as the law asks; then it is erased.`,
        'This address can open a new account at any time.',
        { button: `Go to ${house}`, href: link },
      ],
      reason: `You get this letter because the ${house} account with this address was closed.`,
    }),
    fr: ({ receiptYears, link }, house) => ({
      subject: `Votre compte ${house} est clos`,
      blocks: [
        `Votre compte ${house} est clos. Votre nom, vos messages et vos adresses sont effacés.`,
        `Les comptes de la maison gardent les montants. Les reçus émis à votre nom le gardent ${receiptYears} ans après l’année de leur émission, comme la loi le demande ; puis il est effacé.`,
        'Cette adresse peut ouvrir un nouveau compte à tout moment.',
        { button: `Aller à ${house}`, href: link },
      ],
      reason: `Vous recevez ce message parce que le compte ${house} lié à cette adresse a été clos.`,
    }),
  },
};
