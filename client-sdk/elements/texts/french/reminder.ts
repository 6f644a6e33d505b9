/** Textes français du rappel d’un live. */
import type { reminder as english } from '../english/reminder.ts';

export const reminder: typeof english = {
  on: 'Me le rappeler',
  off: 'Annuler le rappel',
  text: 'Vous recevrez un rappel 15 minutes avant le live, ou à son début s’il n’a pas de date.',
  calendar: 'Ajouter à l’agenda',
};
