/** Texts of `<loge-reminder>`, which is loaded when somebody waits for a live. */
import type { Language } from './language.ts';

interface ReminderTexts {
  on: string;
  off: string;
  text: string;
  calendar: string;
}

export const REMINDER_TEXTS: Record<Language, ReminderTexts> = {
  en: {
    on: 'Remind me',
    off: 'Do not remind me',
    text: 'You get a reminder 15 minutes before the live, and when it begins without a date.',
    calendar: 'Add to the calendar',
  },
  fr: {
    on: 'Me le rappeler',
    off: 'Ne plus me le rappeler',
    text: 'Un rappel vous arrive 15 minutes avant le live, et à son début s’il n’a pas de date.',
    calendar: 'Ajouter au calendrier',
  },
};
