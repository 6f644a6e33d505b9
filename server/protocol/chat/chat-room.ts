/** A room's chat on the wire besides the log: state, polls, reactions, raised hands, people. */
import { z } from 'zod';
import { displayName, identity, role, singleLine } from '../accounts/accounts.ts';
import { idSchema, messageId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { chatMessage } from './chat.ts';

/** The reactions that a room offers; counted, not stored. */
export const REACTIONS = ['❤️', '🔥', '👏', '😂', '😮', '🎉'] as const;

export const pollId = idSchema('poll');
export const pollOptionId = z
  .number()
  .int()
  .min(0)
  .max(LIMITS.pollOptions - 1);

export const chatPoll = z.object({
  id: pollId,
  question: z.string(),
  options: z.array(z.object({ id: pollOptionId, text: z.string(), votes: z.number().int() })),
  /** When it closes by itself (ISO 8601); null: only on request. */
  closesAt: z.string().nullable(),
  closed: z.boolean(),
});
export type ChatPoll = z.infer<typeof chatPoll>;

export const chatMode = z.object({
  /** Minimum seconds between two messages of one person; 0 is off. */
  slowModeSeconds: z.number().int().min(0).max(LIMITS.slowModeMaxSeconds),
  membersOnly: z.boolean(),
  emojiOnly: z.boolean(),
  paused: z.boolean(),
});
export type ChatMode = z.infer<typeof chatMode>;

/** Always the whole state; the highest version is current. */
export const chatState = z.object({
  version: z.number().int().min(0),
  mode: chatMode,
  panic: z.boolean(),
  pinned: chatMessage.nullable(),
  poll: chatPoll.nullable(),
  linksAllowed: z.boolean(),
  reactionSet: z.array(z.string()),
});
export type ChatState = z.infer<typeof chatState>;

export const pinInput = z.object({ messageId: messageId.nullable() });
export const startPollInput = z.object({
  question: singleLine(LIMITS.pollQuestionChars),
  options: z.array(singleLine(LIMITS.pollOptionChars)).min(2).max(LIMITS.pollOptions),
  seconds: z.number().int().min(LIMITS.pollMinSeconds).max(LIMITS.pollMaxSeconds).optional(),
});
export type StartPollInput = z.infer<typeof startPollInput>;
export const voteInput = z.object({ poll: pollId, option: pollOptionId });
export type OwnVote = z.infer<typeof voteInput>;

export const reactInput = z.object({ emoji: z.enum(REACTIONS) });
export const reactionCounts = z.object({ counts: z.record(z.string(), z.number().int().min(1)) });

export const raiseHandInput = z.object({ raised: z.boolean() });
export const hand = z.object({ identity, name: displayName, since: z.string() });
export type Hand = z.infer<typeof hand>;
export const handList = z.object({ hands: z.array(hand) });
/** Everyone gets the count; moderators also get the people. */
export const handsChanged = z.object({ count: z.number().int().min(0), hands: z.array(hand).optional() });

export const peopleInput = z.object({ query: z.string().trim().max(LIMITS.nameChars).optional() });
export const person = z.object({ identity, name: displayName, role });
export type Person = z.infer<typeof person>;
export const peopleAnswer = z.object({
  people: z.array(person),
  /** Everyone inside, creator and moderators included. */
  total: z.number().int().min(0),
  /** False in a large room, where `people` contains only the creator and the moderators. */
  exact: z.boolean(),
});
export type PeopleAnswer = z.infer<typeof peopleAnswer>;

export const muteInput = z.object({ identity });
/** Somebody whose messages this person does not want to read. */
export const mutedPerson = z.object({ identity, name: displayName });
export type MutedPerson = z.infer<typeof mutedPerson>;
export const mutedList = z.object({ muted: z.array(mutedPerson) });

export const pollVotes = z.object({ poll: pollId, votes: z.array(z.number().int().min(0)) });
