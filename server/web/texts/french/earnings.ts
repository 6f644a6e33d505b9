/** French texts of the earnings page. */

import { asSentence } from '../../../../client-sdk/elements/texts/format.ts';
import type { earnings as english } from '../english/earnings.ts';

const sales = (count: number) => (count < 2 ? `${count} vente` : `${count} ventes`);

export const earnings: typeof english = {
  title: 'Vos revenus',
  text: 'Ce que vous avez gagné, ce qui est encore retenu et pourquoi, et quand l’argent arrive à votre banque.',
  creatorsOnly: 'Les revenus sont réservés aux créateurs.',
  pending: 'Retenu pour l’instant',
  pendingHint: 'À vous, libéré aux dates ci-dessous',
  available: 'Disponible',
  availableHint: 'Part avec le prochain virement',
  waitsHint: 'En attente de l’étape ci-dessous',
  owedHint: 'Comblé d’abord par vos prochaines ventes',
  inPayout: 'En route vers vous',
  inPayoutHint: 'Envoyé à votre banque',
  paidOut: 'Déjà versé',
  paidOutHint: 'Arrivé',
  next: 'Vos jours de virement',
  pays: (amount) => `${amount} partent vers votre banque`,
  releasesOnly: (amount) => `${amount} deviennent disponibles`,
  releaseSales: (count) => (count === 1 ? 'd’une vente' : `de ${count} ventes`),
  releaseSalesAndRest: (count) =>
    count === 1 ? 'd’une vente, et du reste d’avant' : `de ${count} ventes, et du reste d’avant`,
  calendar: 'Ajouter les jours de virement à votre agenda',
  undecided: (amount) => `${amount} attendent la décision d’une banque`,
  undecidedWhen: 'Pas encore de date',
  payoutNext: (amount) => `${amount} partent vers votre banque au prochain virement`,
  payoutWhen: 'Dans l’heure ; votre banque prend ensuite 1 à 5 jours',
  nextNone: 'Rien de retenu ni en attente. Votre prochaine vente apparaîtra ici avec sa date.',
  kinds: {
    ticket: 'Billet',
    tip: 'Pourboire',
    membership: 'Abonnement',
    private_session: 'Session privée',
    refund: 'Remboursement',
    payout: 'Virement',
  },
  holds: 'Retenu, vente par vente',
  holdsText:
    'Chaque vente est retenue un temps, un billet à partir de la fin de son live, pour qu’un remboursement ne vous soit pas réclamé après coup.',
  reasons: {
    standard: 'La retenue habituelle, au cas où le paiement serait repris',
    live_ahead: 'Un billet pour un live qui n’est pas encore terminé',
    new_creator: 'Une retenue plus longue, pour les premières ventes d’un nouveau créateur',
    disputed: 'La banque de l’acheteur examine ce paiement',
    reserve: 'La réserve de cette vente ; le reste a été libéré',
    house: 'La maison a suspendu vos revenus',
  },
  releasedOn: (date) => `Libéré le ${date}`,
  reserveOf: (amount, date) =>
    date === null ? `dont ${amount} gardés en réserve` : `dont ${amount} gardés en réserve jusqu’au ${date}`,
  reserve: {
    title: (share, days) => `${share} de chaque vente restent en réserve pendant ${days} jours`,
    text: 'Cette réserve couvre remboursements et impayés, et reste à vous : chaque part est libérée d’elle-même à la date affichée.',
  },
  releaseAfterLive: 'Retenu jusqu’à la fin de la soirée, puis le temps habituel',
  releaseOpen: 'Libéré si la banque vous donne raison',
  releaseHouse: 'Libéré quand la maison lèvera la suspension',
  sold: (date) => `Vendu le ${date}`,
  more: 'Afficher la suite',
  empty: 'Rien de vendu pour l’instant',
  emptyText:
    'Vous gagnez de l’argent avec les billets, les pourboires, les abonnements et les sessions privées. Voici son chemin jusqu’à vous :',
  steps: [
    {
      title: 'Quelqu’un paie',
      text: 'Vous voyez la vente ici dans la seconde, TVA et commission déduites. La TVA est celle du pays de votre fan, connue une fois le paiement fait : ce qu’on vous montre d’un prix avant est une estimation.',
    },
    {
      title: 'Elle est retenue quelques jours',
      text: 'Chaque vente indique la raison et la date. Rien n’est retenu sans raison.',
    },
    { title: 'Elle devient disponible', text: 'D’elle-même, à cette date.' },
    {
      title: 'Elle arrive à votre banque',
      text: 'Au prochain virement, dès que le prestataire de paiement sait où l’envoyer.',
    },
  ],
  openStudio: 'Ouvrir un salon',
  account: {
    none: 'Dites-nous où envoyer votre argent',
    noneText:
      'Notre prestataire de paiement vous demande votre identité et votre compte bancaire, sur sa propre page. Cela prend quelques minutes, et nous ne voyons jamais le numéro de compte.',
    noneAct: 'Ajouter mes coordonnées',
    pending: 'Vous y êtes presque',
    pendingText:
      'Le prestataire de paiement attend encore quelque chose de vous. D’ici là, vos revenus restent ici, en sécurité.',
    pendingAct: 'Continuer',
    enabled: 'Tout est prêt pour vous payer',
    enabledHeld: 'Vos coordonnées bancaires sont en ordre',
    enabledText: 'Le prestataire de paiement a vérifié vos informations.',
    enabledAct: 'Modifier mes informations',
    restricted: 'Les virements sont arrêtés',
    restrictedText:
      'Le prestataire de paiement a arrêté les virements vers vous et attend votre réponse. Vos revenus restent à vous.',
    restrictedAct: 'Voir ce qui est demandé',
    asked: (count) => (count === 1 ? 'Il manque une information' : `Il manque ${count} informations`),
    back: 'Vous revenez du prestataire de paiement. Ce qu’il a vérifié apparaît ici.',
  },
  frozen: {
    onboarding: {
      title: (amount) => `${amount} attendent vos coordonnées bancaires`,
      text: 'Cette somme est disponible, et à vous. Dites-nous où l’envoyer : elle partira avec le prochain virement.',
    },
    below_minimum: {
      title: (amount) => `${amount} attendent un peu de renfort`,
      text: (minimum) =>
        `Les virements commencent à ${minimum}, pour que les frais ne les mangent pas. Rien ne se perd d’ici là.`,
    },
    recovery: {
      title: (amount) => `${amount} restent à combler`,
      text: 'Un remboursement ou un litige perdu est venu après votre virement. Vos prochaines ventes comblent cette somme ; personne ne débite votre banque.',
      until: (date) =>
        date === null
          ? 'Ce que vous avez vendu jusqu’ici n’y suffit pas encore.'
          : `Ce que vous avez déjà vendu la comble d’ici au ${date}.`,
    },
    suspended: {
      title: (amount) => `${amount} attendent la fin de votre suspension`,
      text: (date) =>
        `Rien ne vous est versé tant que votre compte est suspendu, ${date === null ? 'ce qui n’a pas de date de fin' : `jusqu’au ${date}`}. Tout part ensuite avec le prochain virement.`,
      decision: 'Lire la décision, et former un recours',
    },
    house: {
      title: (amount) => `La maison a suspendu ${amount}`,
      none: 'La maison a suspendu vos virements',
      text: 'Quelqu’un de la maison a arrêté vos virements, avec une raison consignée. Les ventes continuent d’être comptées.',
      note: (reason) => `Raison donnée : ${asSentence(reason)}`,
      until:
        'Il n’y a pas de date : la suspension prend fin quand la maison aura tiré cela au clair, et tout partira alors avec le prochain virement.',
      contact: 'Ce que vous pouvez faire : répondre par e-mail, avec tout ce qui peut éclairer la maison :',
    },
  },
  payouts: 'Virements',
  payoutsNone: 'Aucun pour l’instant. Le premier apparaît ici dès qu’il part.',
  payoutStates: { pending: 'En route', paid: 'Arrivé', failed: 'Revenu' },
  payoutFailed: (why) =>
    `La banque l’a renvoyé (${why}). La somme est de nouveau disponible ; vérifiez vos informations.`,
  payoutReversed: (amount) => `${amount} en ont été repris, et vous sont de nouveau dus.`,
  pledge: {
    title: 'Donner une part',
    text: 'Une part de ce qui vous revient sur chaque vente peut aller à une association. Les fans le voient avant de payer.',
    now: (share, name) => `${share} de votre part de chaque vente vont à ${name}. Les fans le voient avant de payer.`,
    association: 'Association',
    percent: 'Part en pour cent',
    percentHint: 'Dès la prochaine vente. 0 y met fin.',
    percentInvalid: 'Indiquez une part de 0 à 100, avec deux décimales au plus.',
    save: 'Enregistrer',
    saved: 'Enregistré. Cela vaut dès la prochaine vente.',
  },
  business: {
    title: 'Informations fiscales',
    text: 'DAC7 nous oblige à demander à chaque créateur qui il est pour l’administration fiscale, et à le déclarer une fois par an avec ses revenus.',
    seen: 'Vous seul, les opérateurs de la maison et l’administration fiscale les voient. Jamais vos fans.',
    give: 'Ajouter vos informations fiscales',
    change: 'Modifier vos informations',
    kind: 'Vous gagnez ici en tant que',
    kinds: { person: 'Particulier', company: 'Société' },
    kindTexts: { person: 'En votre nom, avec ou sans entreprise', company: 'Ou association, immatriculée à son nom' },
    name: 'Nom',
    firstName: 'Prénom',
    legalName: { person: 'Nom de famille', company: 'Dénomination sociale' },
    legalNameHint:
      'Comme sur vos papiers officiels. Il figure sur les déclarations et documents à votre sujet, jamais sur votre page.',
    birthDate: 'Date de naissance',
    place: 'Adresse',
    address: 'Rue et numéro',
    addressHint: 'Là où vous habitez ; pour une société, son siège.',
    postalCode: 'Code postal',
    city: 'Ville',
    country: 'Pays',
    tin: 'Numéro fiscal',
    tinHint:
      'Celui que l’administration fiscale de votre pays vous a donné. Laissez vide si votre pays n’en donne pas.',
    vatStatus: 'TVA',
    vatStatuses: {
      registered: 'Redevable de la TVA',
      small_business: 'Petite entreprise, sans TVA',
      none: 'Sans entreprise',
    },
    vatTexts: {
      registered: 'Vous avez un numéro de TVA. Hors de l’UE : vous avez une entreprise.',
      small_business: 'Exonérée ; en France, franchise en base, article 293 B du CGI.',
      none: 'Vous gagnez un peu, à titre privé.',
    },
    vatNumber: 'Numéro de TVA',
    vatNumberHint: 'Avec les lettres de son pays, par exemple FR40303265045.',
    registrationNumber: 'Numéro d’entreprise',
    registrationNumberHint: 'Celui du registre ; en France, SIREN ou SIRET.',
    accountIdentifier: 'Compte bancaire (IBAN)',
    accountIdentifierHint:
      'Facultatif. La déclaration nomme le compte qui reçoit vos revenus ; il ne sert pas à vous payer.',
    save: 'Enregistrer',
    saved: 'C’est enregistré.',
    invalid: {
      birthDate: 'Entrez une date passée.',
      tin: 'Un numéro fiscal compte de 4 à 25 lettres et chiffres.',
      registrationNumber: 'Ce n’est pas un numéro du registre de votre pays. En France, il compte 9 ou 14 chiffres.',
      vatNumber: 'Ce n’est pas un numéro de TVA de votre pays.',
      accountIdentifier: 'Cet IBAN contient une faute de frappe.',
    } as Record<string, string>,
  },
  statements: 'Relevés',
  statementsNone: 'Le premier relevé vient avec la première vente.',
  month: 'Mois',
  statement: {
    opening: 'Ce qui vous était dû au début',
    gross: (count) => `${sales(count)}, au prix payé par les fans`,
    refunds: (count) => (count < 2 ? `${count} remboursement` : `${count} remboursements`),
    vat: 'TVA',
    fees: 'Commission de la maison',
    charity: 'Donné à votre association',
    net: 'Votre part',
    payouts: 'Versé à votre banque',
    writtenOff: 'Abandonné par la maison',
    closing: 'Ce qui vous est dû à la fin',
    csv: 'Relevé (CSV)',
  },
  exports: 'Emportez vos chiffres',
  exportsText:
    'Chaque vente, remboursement et virement depuis le début, avec chaque écriture. Ils sont à vous, pour votre comptable ou pour partir.',
  tax: 'Chiffres pour le fisc',
  taxText:
    'La directive DAC7 oblige les plateformes de l’UE à déclarer chaque année ce que gagnent les vendeurs. Voici ce que nous déclarons à votre sujet.',
  taxQuarter: 'Trimestre',
  taxEarned: 'Crédité',
  taxSales: 'Ventes',
  taxFees: 'Frais retenus',
  taxTaxes: 'Taxes retenues',
  taxNone: 'Rien à déclarer cette année pour l’instant.',
};
