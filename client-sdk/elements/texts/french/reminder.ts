/** Textes français du rappel d’un live. */
import type { reminder as english } from '../english/reminder.ts';

export const reminder: typeof english = {
  on: 'Me le rappeler',
  off: 'Ne plus me le rappeler',
  text: 'Un rappel vous arrive 15 minutes avant le live, et à son début s’il n’a pas de date.',
  calendar: 'Ajouter au calendrier',
};
