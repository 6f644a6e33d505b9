/** The chat for everyone inside: writing, reading, reacting, voting, raising a hand, reporting. */

import { z } from 'zod';
import { chatHistoryInput, chatPage, chatSendAnswer, chatSendInput } from '../../chat/chat.ts';
import { chatReportId, chatReportInput } from '../../chat/chat-moderation.ts';
import {
  mutedList,
  muteInput,
  peopleAnswer,
  peopleInput,
  raiseHandInput,
  reactInput,
  voteInput,
} from '../../chat/chat-room.ts';
import { serverHistoryQuery } from '../../chat/chat-server.ts';
import { operation, socketOperation } from '../contract.ts';

/** For oneself, with a room token or signed in on the site. */
const OWN = { by: ['participant', 'person'] } as const;
export const WRITING = { from: 'inside', right: 'chat' } as const;

export const chatContract = {
  'chat:send': socketOperation({
    ...WRITING,
    limit: 'chat',
    input: chatSendInput,
    answer: chatSendAnswer,
    summary: 'Send a message',
  }),
  listChatMessages: operation({
    http: 'GET /v1/rooms/:id/chat/messages',
    by: ['server:moderation'],
    socket: 'chat:history',
    from: 'inside',
    input: serverHistoryQuery,
    answer: chatPage,
    socketInput: chatHistoryInput,
    summary: 'Read the chat of a room',
    description: 'The newest entries, those after `since`, or those before `before`, in ascending order.',
  }),
  'chat:react': socketOperation({
    from: 'inside',
    right: 'chat',
    input: reactInput,
    summary: 'React with an emoji of the `reactionSet` of the room',
  }),
  'chat:vote': socketOperation({ from: 'inside', right: 'chat', input: voteInput, summary: 'Vote in the poll' }),
  'chat:raiseHand': socketOperation({
    from: 'inside',
    right: 'chat',
    input: raiseHandInput,
    summary: 'Raise a hand, or lower it',
  }),
  'chat:people': socketOperation({
    from: 'inside',
    input: peopleInput,
    answer: peopleAnswer,
    summary: 'List the people in the room',
  }),
  'chat:mute': socketOperation({
    from: 'inside',
    input: muteInput,
    answer: mutedList,
    summary: "Hide a person's messages from oneself",
    description: 'In all rooms. Nobody else learns of it. See R62.',
  }),
  listMutes: operation({
    ...OWN,
    http: 'GET /v1/me/mutes',
    answer: mutedList,
    summary: 'List the people whose messages you hide',
    description: 'The latest first.',
  }),
  unmute: operation({
    ...OWN,
    http: 'DELETE /v1/me/mutes/:identity',
    socket: 'chat:unmute',
    socketInput: muteInput,
    answer: mutedList,
    summary: "Show a person's messages to oneself again",
    description: 'A repeated call has no further effect.',
  }),
  'chat:report': socketOperation({
    from: 'inside',
    limit: 'report',
    input: chatReportInput,
    answer: z.object({ report: chatReportId, number: z.number().int() }),
    summary: 'Report a message',
    description: 'Files the same report as `reports:file`.',
  }),
};
