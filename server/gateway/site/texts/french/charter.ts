/** Textes français des pages de la charte, que le serveur écrit en entier. */
import type { charter as english } from '../english/charter.ts';

export const charter: typeof english = {
  title: 'La charte de la maison',
  none: 'Aucune charte n’est en vigueur ici.',
  version: (version: number) => `Version ${version}`,
  versions: 'Toutes les versions',
  since: (version: number) => `Ce qui a changé depuis la version ${version}`,
  changes: (from: number, to: number) => `De la version ${from} à la version ${to}`,
  legend: 'Article par article. Comment les mots sont montrés :',
  legendAdded: 'nouveau',
  legendRemoved: 'retiré',
  noChange: 'Rien n’a changé entre ces versions.',
  change: { added: 'nouveau', changed: 'modifié', removed: 'retiré', same: 'inchangé' },
  from: 'De la version',
  to: 'À la version',
  compare: 'Comparer',
  hash: 'Empreinte de cette version (SHA-256) :',
  state: {
    in_force: (date: string) => `en vigueur depuis le ${date}`,
    announced: (date: string) => `annoncée, en vigueur à partir du ${date}`,
    superseded: (date: string) => `remplacée, datée du ${date}`,
  },
};
