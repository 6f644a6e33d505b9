/** The requests and events of the chat. */
import { z } from 'zod';
import { chatFrame } from './chat.ts';
import { chatRestriction, heldChanged } from './chat-moderation.ts';
import { chatState, handsChanged, pollVotes, reactionCounts } from './chat-room.ts';

export const CHAT_EVENTS = {
  'chat:frame': chatFrame,
  'chat:state': chatState,
  /** Sent only to the person concerned, on all their sockets in the room. */
  'chat:restriction': chatRestriction,
  'chat:held': heldChanged,
  /** Sent to moderators. */
  'chat:queueChanged': z.object({ waiting: z.number().int().min(0) }),
  /** Reactions since the last frame, summed. */
  'chat:reactions': reactionCounts,
  'chat:hands': handsChanged,
  'chat:pollVotes': pollVotes,
  /** A person's messages in this room were erased: text and name are gone. */
  'chat:erased': z.object({ identity: z.string() }),
} as const;
