/** Textes français d’une partie dont le code n’a pas pu être chargé. */
import type { loadFailure as english } from '../english/load-failure.ts';

export const loadFailure: typeof english = {
  failed: 'Cette partie de la page n’a pas pu être chargée. Vérifiez votre connexion.',
  retry: 'Réessayer',
  reload: 'Recharger la page',
};
