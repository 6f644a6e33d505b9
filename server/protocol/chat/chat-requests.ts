/** The requests and events of the chat. */
import { z } from 'zod';
import { chatFrame, chatHistoryInput, chatPage, chatRemoveInput, chatSendAnswer, chatSendInput } from './chat.ts';
import {
  actList,
  auditInput,
  chatContext,
  chatReportId,
  chatReportInput,
  chatRestriction,
  contextInput,
  heldChanged,
  heldList,
  liftInput,
  panicInput,
  removeAuthorInput,
  restrictInput,
  reviewInput,
  roomReportList,
  setModeInput,
  setWordsInput,
  wordList,
} from './chat-moderation.ts';
import {
  chatPoll,
  chatState,
  handList,
  handsChanged,
  peopleAnswer,
  peopleInput,
  pinInput,
  pollVotes,
  raiseHandInput,
  reactInput,
  reactionCounts,
  startPollInput,
  voteInput,
} from './chat-room.ts';
import { chatDone } from './chat-server.ts';

const nothing = z.object({});

export const CHAT_REQUESTS = {
  'chat:send': { input: chatSendInput, answer: chatSendAnswer },
  'chat:history': { input: chatHistoryInput, answer: chatPage },
  'chat:react': { input: reactInput, answer: nothing },
  'chat:pin': { input: pinInput, answer: nothing },
  'chat:startPoll': { input: startPollInput, answer: z.object({ poll: chatPoll }) },
  'chat:vote': { input: voteInput, answer: nothing },
  'chat:closePoll': { input: nothing, answer: nothing },
  'chat:raiseHand': { input: raiseHandInput, answer: nothing },
  'chat:hands': { input: nothing, answer: handList },
  'chat:people': { input: peopleInput, answer: peopleAnswer },
  'chat:remove': { input: chatRemoveInput, answer: nothing },
  'chat:removeAuthor': { input: removeAuthorInput, answer: nothing },
  'chat:restrict': { input: restrictInput, answer: chatDone },
  'chat:lift': { input: liftInput, answer: chatDone },
  'chat:setMode': { input: setModeInput, answer: chatState },
  'chat:panic': { input: panicInput, answer: chatState },
  'chat:queue': { input: nothing, answer: heldList },
  'chat:review': { input: reviewInput, answer: nothing },
  'chat:context': { input: contextInput, answer: chatContext },
  'chat:audit': { input: auditInput, answer: actList },
  /** Files the same report as `reports:file`. */
  'chat:report': { input: chatReportInput, answer: z.object({ report: chatReportId, number: z.number().int() }) },
  'chat:reports': { input: nothing, answer: roomReportList },
  'chat:setWords': { input: setWordsInput, answer: wordList },
  'chat:words': { input: nothing, answer: wordList },
} as const;

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
