/**
 * An example charter, in force from the start in development only. A house writes its own, with somebody who knows its
 * law; production begins with none.
 */
import type { Article } from '../../protocol/trust/charter.ts';

const paragraphs = (...lines: string[]): string => lines.join('\n\n');

export const EXAMPLE_CHARTER: Article[] = [
  {
    id: 'content',
    title: { en: 'Responsibility for content', fr: 'Responsabilité des contenus' },
    text: {
      en: paragraphs(
        'A creator answers for what they show, say and sell in their rooms, live and recorded. They have the right to use every picture, piece of music and work in it.',
        'Everybody who can be seen or heard has agreed to it beforehand, is 18 or older, and can withdraw that agreement. Nobody is filmed in secret.',
        'What was announced and paid for is what takes place. A live that cannot take place is called off, and its buyers get their money back.',
        'Pictures made or changed by a machine are named as such when they could be taken for real.',
      ),
      fr: paragraphs(
        'Un créateur répond de ce qu’il montre, dit et vend dans ses salons, en direct comme en rediffusion. Il a le droit d’utiliser chaque image, chaque musique et chaque œuvre qui s’y trouve.',
        'Toute personne que l’on voit ou que l’on entend a donné son accord auparavant, a 18 ans ou plus, et peut retirer cet accord. Personne n’est filmé à son insu.',
        'Ce qui a été annoncé et payé est ce qui a lieu. Un live qui ne peut pas avoir lieu est annulé, et ses acheteurs sont remboursés.',
        'Les images faites ou modifiées par une machine sont signalées quand on pourrait les croire réelles.',
      ),
    },
  },
  {
    id: 'social',
    title: { en: 'Social responsibility and associations', fr: 'Responsabilité sociale et associations' },
    text: {
      en: paragraphs(
        'The house supports associations that help people in its field: against harassment online, for women’s rights, for the protection of minors. It publishes each year which ones, and with how much.',
        'A creator can pledge a share of their earnings to an association that the house has checked. Fans see the pledge before they pay, and the receipt says what was given.',
        'The house points people who are in danger or in distress to those who can help, and says how to reach them.',
      ),
      fr: paragraphs(
        'La maison soutient des associations qui aident les personnes de son domaine : contre le harcèlement en ligne, pour les droits des femmes, pour la protection des mineurs. Elle publie chaque année lesquelles, et pour quels montants.',
        'Un créateur peut promettre une part de ses gains à une association que la maison a vérifiée. Les fans voient cette promesse avant de payer, et le reçu dit ce qui a été donné.',
        'La maison oriente les personnes en danger ou en détresse vers celles et ceux qui peuvent les aider, et dit comment les joindre.',
      ),
    },
  },
  {
    id: 'law',
    title: { en: 'Legal and moral conformity', fr: 'Conformité légale et morale' },
    text: {
      en: paragraphs(
        'Nothing that the law forbids takes place here. In particular: no sexual content, no minors, no hatred, no threats, no incitement to violence or to harm oneself, no fraud, no sale of what may not be sold.',
        'Human dignity comes before earnings. Nobody is humiliated, put under pressure or put in danger for the entertainment of others, even if they have agreed.',
        'Where the law of a country asks for more than this charter, the law counts. The house answers orders of authorities, and publishes how many there were.',
      ),
      fr: paragraphs(
        'Rien de ce que la loi interdit n’a lieu ici. En particulier : pas de contenu sexuel, pas de mineurs, pas de haine, pas de menaces, pas d’incitation à la violence ou à se faire du mal, pas de fraude, pas de vente de ce qui ne peut être vendu.',
        'La dignité humaine passe avant les gains. Personne n’est humilié, mis sous pression ou mis en danger pour le divertissement d’autrui, même avec son accord.',
        'Là où la loi d’un pays demande plus que cette charte, c’est la loi qui compte. La maison répond aux demandes des autorités, et publie leur nombre.',
      ),
    },
  },
  {
    id: 'conduct',
    title: { en: 'Rules of conduct', fr: 'Règles de conduite' },
    text: {
      en: paragraphs(
        'Creators, moderators and fans treat each other with respect. Insults, harassment, unwanted advances, discrimination and the publication of private details have no place in a room or in its chat.',
        'Nobody asks another person to pay or to be paid outside of the house, to meet against their will, or to send pictures of themselves.',
        'A moderator acts for the good of the room, says why, and does not use the role in a quarrel of their own.',
        'Everybody can report a message, a person or a live. A report that is made in good faith has no disadvantage for the person who made it.',
      ),
      fr: paragraphs(
        'Créateurs, modérateurs et fans se traitent avec respect. Insultes, harcèlement, avances non voulues, discrimination et divulgation de détails privés n’ont leur place ni dans un salon ni dans son chat.',
        'Personne ne demande à une autre de payer ou d’être payée hors de la maison, de se rencontrer contre son gré, ou d’envoyer des images d’elle-même.',
        'Un modérateur agit pour le bien du salon, dit pourquoi, et n’utilise pas ce rôle dans une querelle personnelle.',
        'Tout le monde peut signaler un message, une personne ou un live. Un signalement de bonne foi n’a aucun inconvénient pour la personne qui l’a fait.',
      ),
    },
  },
  {
    id: 'creators',
    title: { en: 'Rights of creators', fr: 'Droits des créateurs' },
    text: {
      en: paragraphs(
        'A creator keeps the rights to their work. The house shows it to those who paid for it, and nothing else without being asked.',
        'What the house keeps of a payment is shown before the sale, in figures. Earnings are paid on the days that were named. Money is held back only for a reason that the creator is given.',
        'A decision of the house about a creator names the article that it rests on and its reasons. The creator can answer, and can appeal to somebody else than the person who decided.',
        'A new version of this charter is announced before it counts. A live that is under way is not cut off because of it.',
      ),
      fr: paragraphs(
        'Un créateur garde les droits sur son œuvre. La maison la montre à celles et ceux qui l’ont payée, et n’en fait rien d’autre sans le lui demander.',
        'Ce que la maison garde d’un paiement est montré avant la vente, en chiffres. Les gains sont versés aux jours annoncés. De l’argent n’est retenu que pour une raison qui est donnée au créateur.',
        'Une décision de la maison au sujet d’un créateur nomme l’article sur lequel elle repose et ses raisons. Le créateur peut répondre, et peut faire appel devant une autre personne que celle qui a décidé.',
        'Une nouvelle version de cette charte est annoncée avant de compter. Un live en cours n’est pas coupé à cause d’elle.',
      ),
    },
  },
  {
    id: 'fans',
    title: { en: 'Rights of fans', fr: 'Droits des fans' },
    text: {
      en: paragraphs(
        'The price is shown before paying, whole, with what goes to the creator. Nothing is charged that was not asked for.',
        'A fan who paid and did not get what was sold gets the money back. Unspent credit can be paid back to the card that it came from.',
        'A fan who is removed from a room is given the reason. They can appeal, and what is owed to them stays owed.',
        'What a fan paid, watched and wrote is not shown to other fans, except where they chose to be seen, as with a tip, and for how long they have been a member of the club, beside what they write there.',
      ),
      fr: paragraphs(
        'Le prix est montré avant de payer, en entier, avec ce qui revient au créateur. Rien n’est débité qui n’ait été demandé.',
        'Un fan qui a payé et n’a pas eu ce qui était vendu est remboursé. Le crédit non dépensé peut être rendu sur la carte dont il vient.',
        'Un fan exclu d’un salon en reçoit la raison. Il peut faire appel, et ce qui lui est dû lui reste dû.',
        'Ce qu’un fan a payé, regardé et écrit n’est pas montré aux autres fans, sauf là où il a choisi d’être vu, comme avec un pourboire, et depuis quand il est membre du club, à côté de ce qu’il y écrit.',
      ),
    },
  },
  {
    id: 'data',
    title: { en: 'Data', fr: 'Données' },
    text: {
      en: paragraphs(
        'The house collects what it needs to run a live, to pay and to keep order, and nothing to sell. Each person can ask for everything that is stored about them, and for its erasure; what the law on accounts requires is kept for as long as it requires.',
        'A report, a decision and an acceptance of this charter stay on record with their date. Reports are read by the few people who have to decide about them, and it is recorded who looked.',
        'Recordings are used for what was announced, and as evidence of a report for a limited time.',
      ),
      fr: paragraphs(
        'La maison recueille ce qu’il faut pour tenir un live, payer et maintenir l’ordre, et rien pour le vendre. Chacun peut demander tout ce qui est conservé à son sujet, et son effacement ; ce que la loi sur les comptes exige est gardé aussi longtemps qu’elle l’exige.',
        'Un signalement, une décision et une acceptation de cette charte restent consignés avec leur date. Les signalements sont lus par les quelques personnes qui doivent en décider, et il est noté qui les a consultés.',
        'Les enregistrements servent à ce qui a été annoncé, et de preuve d’un signalement pour un temps limité.',
      ),
    },
  },
];
