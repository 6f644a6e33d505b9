import type { record as english } from '../english/record.ts';

/** French texts of the record on the page of public figures. */
export const record: typeof english = {
  title: 'Le registre : personne ne le réécrit sans que cela se voie',
  text: 'Les décisions, les avis et les réponses, les versions de la charte, les sièges du comité et ces chiffres sont ajoutés à un registre public, chaque nuit ceux de la veille. Chaque entrée compte dans un nombre que la maison signe. Qui a gardé ce nombre prouve plus tard que rien de ce qui précède n’a été changé ni retiré. Les noms et les mots des personnes n’y figurent pas : une valeur aléatoire en tient lieu, et chacun peut faire effacer les siens.',
  notBegun: 'Le registre commence dans quelques minutes.',
  entries: 'Entrées',
  count: (count: string) => `${count} entrées`,
  signedOn: (date: string) => `signées par la maison le ${date}`,
  witnesses: 'Témoins',
  noWitness: 'aucun pour l’instant',
  noWitnessText:
    'Aucun serveur tiers ne signe encore ce registre. D’ici là, ce qui le protège est ce que chacun en garde.',
  witnessed: (name: string, date: string) => `${name} : en entier, le ${date}`,
  witnessedPart: (name: string, count: string, date: string) => `${name} : les ${count} premières, le ${date}`,
  notWitnessed: (name: string) => `${name} : pas encore`,
  members: 'Le comité',
  noMember: 'aucun membre n’a encore signé',
  memberCount: (count: number) => (count === 1 ? 'un membre a signé' : `${count} membres ont signé`),
  membersAll: 'en entier',
  membersPart: (count: string) => `au plus les ${count} premières entrées`,
  haltedAhead: (date: string) =>
    `Depuis le ${date}, plus rien n’est ajouté : un témoin connaît des entrées que cette maison n’a plus, comme après le retour d’une sauvegarde. La maison doit compléter le registre à partir d’une copie, ou en commencer un autre qui dise pourquoi.`,
  haltedOther: (date: string) =>
    `Depuis le ${date}, plus rien n’est ajouté : un témoin a signé d’autres entrées que celles que montre cette maison. Ce qui était inscrit a été changé.`,
  earlier: 'Registres précédents de cette maison, auxquels un autre fait suite :',
  ended: (date: string) => `clos le ${date}`,
  check: 'Comment le vérifier',
  checkText:
    'Le registre a la forme de la base de sommes de Go et de Certificate Transparency (C2SP tlog-tiles) : des outils qui ne sont pas les nôtres le lisent. Avec le nôtre, deux commandes suffisent. La première en garde une copie aujourd’hui :',
  checkLater: 'La seconde montre, n’importe quel jour plus tard, si le registre prolonge toujours votre copie :',
  checkKeys:
    'Dans le fichier des clés, écrivez la clé de la maison ci-dessous, et celles des témoins telles qu’ils les publient eux-mêmes, précédées de `log`, `witness` ou `member`. Sans ce fichier, la commande peut dire que tout concorde, mais pas qui l’a fait.',
  key: 'Clé de la maison',
  witnessKey: (name: string) => `Clé de ${name}`,
  files: {
    checkpoint: 'Le dernier nombre signé (checkpoint)',
    vkey: 'Les clés de la maison',
    members: 'Les signatures des membres du comité',
    records: 'Les entrées, une par ligne',
  },
  limits: 'Ce qu’il n’empêche pas',
  limitsText: 'Qui détient la base de données et la clé de la maison pourrait encore :',
  limitsList: [
    'Omettre ou changer ce qui a moins d’un jour. Le voient ceux qui l’ont lu avant : la personne qui a reçu la décision, et les membres du comité.',
    'Ne jamais inscrire quelque chose. La personne concernée détient une décision que le registre n’a pas.',
    'Écrire ce qui n’est pas vrai. Le registre prouve ce qui a été dit et quand, non que ce soit juste.',
    'Montrer deux registres à deux personnes. Un témoin n’en signe qu’un, et deux personnes qui comparent leurs nombres le voient aussitôt.',
    'Tout réécrire. Chaque témoin refuse dès lors de signer, les membres constatent que leurs signatures ne correspondent plus, et de même quiconque en a gardé une copie.',
    'Retirer les mots d’une entrée. Qu’il y en avait reste visible, et qui les a gardés prouve ce qu’ils étaient.',
  ],
};
