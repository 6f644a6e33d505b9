/** Keeping order in a chat: what moderators do on their sockets, and embedders' servers with a key. */

import { z } from 'zod';
import { chatRemoveInput } from '../../chat/chat.ts';
import {
  liftInput,
  panicInput,
  removeAuthorInput,
  restrictInput,
  reviewBody,
  reviewInput,
  setModeInput,
  setWordsInput,
  wordList,
} from '../../chat/chat-moderation.ts';
import { chatPoll, chatState, pinInput, startPollInput } from '../../chat/chat-room.ts';
import { chatDone, serverRemovalInput } from '../../chat/chat-server.ts';
import { operation, socketOperation } from '../contract.ts';

/** Over sockets for moderators, over HTTP for servers. */
const MODERATING = { from: 'inside', right: 'moderate' } as const;
const BY_SERVER = { by: ['server:moderation'] } as const;

export const chatModerationContract = {
  removeChatMessages: operation({
    http: 'POST /v1/rooms/:id/chat/removals',
    ...BY_SERVER,
    input: serverRemovalInput,
    example: { identity: 'fan-7', reason: 'Spam' },
    answer: chatDone,
    status: 201,
    summary: 'Remove a message, or all of one author',
    description:
      'Pass a `messageId`, or an `identity` to remove all messages of that person in the room. The id of a tip removes its words; the amount stays.',
    errors: ['message_not_found'],
  }),
  'chat:remove': socketOperation({ ...MODERATING, input: chatRemoveInput, summary: 'Remove a message' }),
  'chat:removeAuthor': socketOperation({
    ...MODERATING,
    input: removeAuthorInput,
    summary: 'Remove all messages of a person',
  }),
  restrictChat: operation({
    http: 'POST /v1/rooms/:id/chat/restrictions',
    ...BY_SERVER,
    socket: 'chat:restrict',
    ...MODERATING,
    input: restrictInput,
    example: { identity: 'fan-7', kind: 'timeout', scope: 'room', seconds: 600, reason: 'Insults' },
    status: 201,
    answer: chatDone,
    summary: 'Restrict a person from writing',
    description:
      'A `timeout` (ten minutes without `seconds`) or a `ban`, in the `room` or in all rooms of its `creator`. The person is notified with the reason and the end. `removeMessages` removes their messages and the words of their tips, `removeAccess` ends their access to the room.',
    errors: ['participant_not_restrictable', 'participant_not_removable'],
  }),
  liftChatRestriction: operation({
    http: 'POST /v1/rooms/:id/chat/lifts',
    ...BY_SERVER,
    socket: 'chat:lift',
    ...MODERATING,
    input: liftInput,
    example: { identity: 'fan-7', scope: 'room' },
    status: 201,
    answer: chatDone,
    summary: 'Lift a restriction',
  }),
  reviewHeldMessage: operation({
    http: 'POST /v1/rooms/:id/chat/queue/:held',
    ...BY_SERVER,
    input: reviewBody,
    example: { decision: 'allow' },
    answer: chatDone,
    status: 201,
    summary: 'Decide about a held message',
    description:
      'The first decision counts. An allowed message is sent to the chat; for a refused one, its author gets the reason.',
    errors: ['held_message_not_found', 'already_reviewed'],
  }),
  'chat:review': socketOperation({ ...MODERATING, input: reviewInput, summary: 'Decide about a held message' }),
  setChatMode: operation({
    http: 'POST /v1/rooms/:id/chat/mode',
    ...BY_SERVER,
    socket: 'chat:setMode',
    ...MODERATING,
    input: setModeInput,
    example: { slowModeSeconds: 10 },
    answer: chatState,
    summary: 'Set the modes of a chat',
    description: 'Omitted modes do not change. Modes apply to fans only.',
  }),
  setChatPanic: operation({
    http: 'POST /v1/rooms/:id/chat/panic',
    ...BY_SERVER,
    socket: 'chat:panic',
    ...MODERATING,
    input: panicInput,
    example: { on: true, reason: 'A raid' },
    answer: chatState,
    summary: 'Press or release the panic button',
    description:
      'Pauses the chat except for moderators, and sets members only and slow mode for when the pause is lifted. Releasing it restores the previous modes.',
  }),
  'chat:pin': socketOperation({ ...MODERATING, input: pinInput, summary: 'Pin a message; null: none' }),
  'chat:startPoll': socketOperation({
    ...MODERATING,
    input: startPollInput,
    answer: z.object({ poll: chatPoll }),
    summary: 'Start a poll',
  }),
  'chat:closePoll': socketOperation({ ...MODERATING, summary: 'Close the poll' }),
  getChatWords: operation({
    http: 'GET /v1/creators/:identity/chat/words',
    ...BY_SERVER,
    answer: wordList,
    summary: "Get a creator's word list",
    errors: ['creator_not_found'],
  }),
  'chat:words': socketOperation({ ...MODERATING, answer: wordList, summary: 'Get the word list of the creator' }),
  setChatWords: operation({
    http: 'PUT /v1/creators/:identity/chat/words',
    ...BY_SERVER,
    input: setWordsInput,
    example: { words: [{ pattern: 'spoiler*', action: 'hold' }] },
    answer: wordList,
    summary: "Replace a creator's word list",
    description:
      'Applies in all of their rooms. Words are also matched in look-alike letters, digits, and spaced or repeated letters; `*` at the start or end of a pattern matches more letters.',
    errors: ['word_pattern_invalid', 'creator_not_found'],
  }),
  'chat:setWords': socketOperation({
    ...MODERATING,
    role: 'creator',
    // Compiling the longest list takes some 15 ms.
    limit: 'chat',
    input: setWordsInput,
    answer: wordList,
    summary: 'Replace your word list',
  }),
};
