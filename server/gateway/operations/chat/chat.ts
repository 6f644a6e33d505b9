/** The chat for everyone inside: writing, reading, reacting, voting, raising a hand, reporting. */
import { isoIn } from '../../../platform/clock.ts';
import { chatPage } from '../../../protocol/chat/chat.ts';
import { serverHistoryQuery } from '../../../protocol/chat/chat-server.ts';
import { assertMay } from '../admission.ts';
import { operation, socketOperation } from '../operation.ts';

const WRITING = { from: 'inside', right: 'chat' } as const;

export const chatOperations = [
  socketOperation({
    socket: 'chat:send',
    ...WRITING,
    limit: 'chat',
    run: ({ chat }, { room, caller, input, connection }) => {
      const assertMayWrite = () =>
        assertMay(WRITING, { access: connection.access, can: connection.can, role: caller.role });
      return chat.send({ room, from: caller, input, assertMayWrite });
    },
  }),
  operation({
    name: 'listChatMessages',
    http: 'GET /v1/rooms/:id/chat/messages',
    by: ['server:moderation'],
    socket: 'chat:history',
    from: 'inside',
    input: serverHistoryQuery,
    answer: chatPage,
    summary: 'Read the chat of a room',
    description: 'The newest entries, those after `since`, or those before `before`, in ascending order.',
    run: ({ chat }, { room, input }) => chat.history(room, input),
  }),
  socketOperation({
    socket: 'chat:react',
    from: 'inside',
    right: 'chat',
    run: async ({ chat, chatLive }, { room, caller, input: { emoji } }) => {
      await chat.assertMayTakePart(room, caller);
      chatLive.react(room, emoji);
      return {};
    },
  }),
  socketOperation({
    socket: 'chat:vote',
    from: 'inside',
    right: 'chat',
    run: async ({ chat }, { room, caller, input: { poll, option } }) => {
      await chat.vote({ room, from: caller, poll, option });
      return {};
    },
  }),
  socketOperation({
    socket: 'chat:raiseHand',
    from: 'inside',
    right: 'chat',
    run: async ({ chat, chatLive, clock }, { room, caller, input: { raised } }) => {
      if (raised) await chat.assertMayTakePart(room, caller);
      chatLive.roster.raise({ room, participant: caller, raised, since: isoIn(clock) });
      return {};
    },
  }),
  socketOperation({
    socket: 'chat:people',
    from: 'inside',
    run: async ({ chatLive }, { room, input: { query } }) => chatLive.roster.people(room, query),
  }),
  socketOperation({
    socket: 'chat:report',
    from: 'inside',
    limit: 'report',
    run: ({ reports }, { room, caller, input }) => reports.fileFromChat(room, caller.identity, input),
  }),
];
