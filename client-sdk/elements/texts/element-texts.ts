/** The texts of the elements: a part may read those that it loads, and those of the base. */
import type { chatEnglish, moderationEnglish } from './chat-english.ts';
import type { BaseTexts } from './english.ts';
import type { StudioTexts } from './studio-english.ts';

export type ElementTexts = BaseTexts & StudioTexts & { chat: typeof chatEnglish; moderation: typeof moderationEnglish };
