/** The chat on the socket, for everyone inside: writing, reading, reacting, voting, raising a hand, reporting. */
import { AppError } from '../protocol/errors.ts';
import type { ChatHandlers } from './chat-handlers.ts';
import type { ChatLive } from './chat-live.ts';
import { moderationHandlers } from './chat-moderation-requests.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';

export function chatHandlers(context: GatewayContext, live: ChatLive): ChatHandlers {
  const { chat, clock } = context;
  /** Whoever was silenced takes no part in what a room does together either. */
  const assertTakesPart = async ({ roomId, participant }: Connection) => {
    await chat.assertMayTakePart(roomId, participant);
    const { mode } = await chat.state(roomId);
    if (mode.paused && participant.role === 'fan') throw new AppError('chat_paused');
  };
  return {
    ...moderationHandlers(context, live),
    'chat:send': {
      from: 'inside',
      right: 'chat',
      limit: 'chat',
      handle: async ({ roomId, participant }, input) => {
        await assertChatEnabled(context, roomId);
        return chat.send({ room: roomId, from: participant, input });
      },
    },
    'chat:history': {
      from: 'inside',
      limit: 'default',
      handle: ({ roomId }, range) => chat.history(roomId, range),
    },
    'chat:react': {
      from: 'inside',
      right: 'chat',
      limit: 'default',
      handle: async (connection, { emoji }) => {
        await assertTakesPart(connection);
        live.react(connection.roomId, emoji);
        return {};
      },
    },
    'chat:vote': {
      from: 'inside',
      right: 'chat',
      limit: 'default',
      handle: async ({ roomId: room, participant }, { poll, option }) => {
        await chat.assertMayTakePart(room, participant);
        await chat.polls.vote({ room, poll, option, identity: participant.identity });
        return {};
      },
    },
    'chat:raiseHand': {
      from: 'inside',
      right: 'chat',
      limit: 'default',
      handle: async (connection, { raised }) => {
        if (raised) await assertTakesPart(connection);
        live.roster.raise(connection, raised, new Date(clock.now()).toISOString());
        return {};
      },
    },
    'chat:people': {
      from: 'inside',
      limit: 'default',
      handle: async ({ roomId }, { query }) => live.roster.people(roomId, query),
    },
    'chat:report': {
      from: 'inside',
      limit: 'default',
      handle: async ({ roomId, participant }, input) => ({
        report: await chat.records.report(roomId, participant.identity, input),
      }),
    },
  };
}

async function assertChatEnabled({ rooms }: GatewayContext, roomId: Connection['roomId']): Promise<void> {
  if (!(await rooms.hasChat(roomId))) throw new AppError('chat_not_allowed');
}
