/** Adds the texts of the chat and of its moderation. */

import { elementTable } from './element-texts.ts';
import * as en from './english/chat.ts';
import * as fr from './french/chat.ts';

elementTable.add({ en, fr });
