/** Texts of the pages of the charter, which the server renders whole. */
import { withFrenchSpaces } from '../../../../client-sdk/elements/texts/french-spaces.ts';

export const charterTexts = {
  en: {
    title: 'The charter of the house',
    none: 'No charter is in force here.',
    version: (version: number) => `Version ${version}`,
    versions: 'All versions',
    since: (version: number) => `What changed since version ${version}`,
    changes: (from: number, to: number) => `From version ${from} to version ${to}`,
    legend: 'Article by article. How words are shown:',
    legendAdded: 'new',
    legendRemoved: 'removed',
    noChange: 'Nothing has changed between these versions.',
    change: { added: 'new', changed: 'changed', removed: 'removed from the charter', same: 'unchanged' },
    from: 'From version',
    to: 'To version',
    compare: 'Compare',
    hash: 'Fingerprint of this version (SHA-256):',
    state: {
      in_force: (date: string) => `in force since ${date}`,
      announced: (date: string) => `announced, in force from ${date}`,
      superseded: (date: string) => `replaced, dated ${date}`,
    },
  },
  fr: withFrenchSpaces({
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
  }),
} as const;
