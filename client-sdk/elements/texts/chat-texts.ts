/** Adds the texts of the chat and its moderation, when they are loaded. */
import { chatEnglish, moderationEnglish } from './chat-english.ts';
import { chatFrench, moderationFrench } from './chat-french.ts';
import { addTexts } from './language.ts';

addTexts({
  en: { chat: chatEnglish, moderation: moderationEnglish },
  fr: { chat: chatFrench, moderation: moderationFrench },
});
