/** Keeping order in a chat: what moderators do on their sockets, and embedders' servers with a key. */
import { heldId } from '../../../protocol/chat/chat.ts';
import {
  liftInput,
  panicInput,
  restrictInput,
  reviewBody,
  setModeInput,
  setWordsInput,
  wordList,
} from '../../../protocol/chat/chat-moderation.ts';
import { chatDone, serverRemovalInput } from '../../../protocol/chat/chat-server.ts';
import { AppError } from '../../../protocol/errors.ts';
import { operation, SERVER, socketOperation } from '../operation.ts';

/** Over sockets for moderators, over HTTP for servers. */
const MODERATING = { from: 'inside', right: 'moderate' } as const;
const BY_SERVER = { by: ['server:moderation'] } as const;

const actOperations = [
  operation({
    name: 'removeChatMessages',
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
    run: async ({ chat: { moderation } }, { room, caller: actor, input }) => {
      if ('messageId' in input) await moderation.remove({ room, actor, ...input });
      else await moderation.removeAuthor({ room, actor, ...input });
      return { done: true };
    },
  }),
  socketOperation({
    socket: 'chat:remove',
    ...MODERATING,
    run: async ({ chat }, { room, caller: actor, input }) => {
      await chat.moderation.remove({ room, actor, ...input });
      return {};
    },
  }),
  socketOperation({
    socket: 'chat:removeAuthor',
    ...MODERATING,
    run: async ({ chat }, { room, caller: actor, input }) => {
      await chat.moderation.removeAuthor({ room, actor, ...input });
      return {};
    },
  }),
  operation({
    name: 'restrictChat',
    http: 'POST /v1/rooms/:id/chat/restrictions',
    ...BY_SERVER,
    socket: 'chat:restrict',
    ...MODERATING,
    input: restrictInput,
    example: { identity: 'fan-7', kind: 'timeout', scope: 'room', seconds: 600, reason: 'Insults' },
    status: 201,
    summary: 'Restrict a person from writing',
    description:
      'A `timeout` (ten minutes without `seconds`) or a `ban`, in the `room` or in all rooms of its `creator`. The person is notified with the reason and the end. `removeMessages` removes their messages and the words of their tips, `removeAccess` ends their access to the room.',
    errors: ['participant_not_restrictable', 'participant_not_removable'],
    run: async ({ chat, rooms }, { room, caller: actor, input }) => {
      await chat.moderation.restrict({ room, actor, input });
      const { identity, reason, removeAccess } = input;
      if (removeAccess) await rooms.removals.remove({ room, identity, reason, by: actor });
      return { done: true };
    },
  }),
  operation({
    name: 'liftChatRestriction',
    http: 'POST /v1/rooms/:id/chat/lifts',
    ...BY_SERVER,
    socket: 'chat:lift',
    ...MODERATING,
    input: liftInput,
    example: { identity: 'fan-7', scope: 'room' },
    status: 201,
    summary: 'Lift a restriction',
    run: async ({ chat }, { room, caller: actor, input }) => {
      await chat.moderation.lift({ room, actor, input });
      return { done: true };
    },
  }),
  operation({
    name: 'reviewHeldMessage',
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
    run: async ({ chat }, { room, caller, params, input }) => {
      const id = heldId.safeParse(params.held);
      if (!id.success) throw new AppError('held_message_not_found');
      await chat.held.review(room, caller, { id: id.data, ...input });
      return { done: true };
    },
  }),
  socketOperation({
    socket: 'chat:review',
    ...MODERATING,
    run: async ({ chat }, { room, caller, input }) => {
      await chat.held.review(room, caller, input);
      return {};
    },
  }),
];

const settingOperations = [
  operation({
    name: 'setChatMode',
    http: 'POST /v1/rooms/:id/chat/mode',
    ...BY_SERVER,
    socket: 'chat:setMode',
    ...MODERATING,
    input: setModeInput,
    example: { slowModeSeconds: 10 },
    summary: 'Set the modes of a chat',
    description: 'Omitted modes do not change. Modes apply to fans only.',
    run: async ({ chat }, { room, caller: actor, input }) => {
      await chat.moderation.setMode({ room, actor, input });
      return chat.state(room);
    },
  }),
  operation({
    name: 'setChatPanic',
    http: 'POST /v1/rooms/:id/chat/panic',
    ...BY_SERVER,
    socket: 'chat:panic',
    ...MODERATING,
    input: panicInput,
    example: { on: true, reason: 'A raid' },
    summary: 'Press or release the panic button',
    description:
      'Pauses the chat except for moderators, and sets members only and slow mode for when the pause is lifted. Releasing it restores the previous modes.',
    run: async ({ chat }, { room, caller: actor, input }) => {
      await chat.moderation.panic({ room, actor, ...input });
      return chat.state(room);
    },
  }),
  socketOperation({
    socket: 'chat:pin',
    ...MODERATING,
    run: async ({ chat }, { room, caller: actor, input: { messageId } }) => {
      await chat.moderation.pin({ room, actor, messageId });
      return {};
    },
  }),
  socketOperation({
    socket: 'chat:startPoll',
    ...MODERATING,
    run: async ({ chat }, { room, caller: actor, input }) => ({ poll: await chat.polls.begin({ room, actor, input }) }),
  }),
  socketOperation({
    socket: 'chat:closePoll',
    ...MODERATING,
    run: async ({ chat }, { room, caller: actor }) => {
      await chat.polls.close({ room, actor });
      return {};
    },
  }),
];

/**
 * A word list applies in all rooms of a creator, so a moderator of one room can read it but not change it.
 */
const wordOperations = [
  operation({
    name: 'getChatWords',
    http: 'GET /v1/creators/:identity/chat/words',
    ...BY_SERVER,
    answer: wordList,
    summary: "Get a creator's word list",
    errors: ['creator_not_found'],
    run: async ({ accounts, chat }, { params }) =>
      chat.moderation.words((await accounts.getCreator(params.identity)).identity),
  }),
  socketOperation({
    socket: 'chat:words',
    ...MODERATING,
    run: async ({ chat }, { room }) => chat.moderation.words(await chat.creatorOf(room)),
  }),
  operation({
    name: 'setChatWords',
    http: 'PUT /v1/creators/:identity/chat/words',
    ...BY_SERVER,
    input: setWordsInput,
    example: { words: [{ pattern: 'spoiler*', action: 'hold' }] },
    answer: wordList,
    summary: "Replace a creator's word list",
    description:
      'Applies in all of their rooms. Words are also matched in look-alike letters, digits, and spaced or repeated letters; `*` at the start or end of a pattern matches more letters.',
    errors: ['word_pattern_invalid', 'creator_not_found'],
    run: async ({ accounts, chat }, { params, input: { words } }) => {
      const { identity: creator } = await accounts.getCreator(params.identity);
      return chat.moderation.setWords({ creator, actor: SERVER, words });
    },
  }),
  socketOperation({
    socket: 'chat:setWords',
    ...MODERATING,
    role: 'creator',
    // Compiling the longest list takes some 15 ms.
    limit: 'chat',
    run: ({ chat }, { caller: actor, input: { words } }) =>
      chat.moderation.setWords({ creator: actor.identity, actor, words }),
  }),
];

export const chatModerationOperations = [...actOperations, ...settingOperations, ...wordOperations];
