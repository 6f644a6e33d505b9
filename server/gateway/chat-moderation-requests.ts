/** The chat on the socket, for whoever may moderate. */
import { AppError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { ChatHandlers } from './chat-handlers.ts';
import type { ChatLive } from './chat-live.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import type { Handler } from './pipeline.ts';

type ForEveryone = 'send' | 'history' | 'react' | 'vote' | 'raiseHand' | 'people' | 'report';
type ModerationHandlers = Omit<ChatHandlers, `chat:${ForEveryone}`>;

const MODERATING = { from: 'inside', right: 'moderate', limit: 'default' } as const satisfies Partial<
  Handler<'chat:remove'>
>;

export function moderationHandlers(context: GatewayContext, live: ChatLive): ModerationHandlers {
  return { ...actHandlers(context), ...settingHandlers(context), ...recordHandlers(context, live) };
}

const by = ({ roomId: room, participant: actor }: Connection) => ({ room, actor });

type ActRequest = 'remove' | 'removeAuthor' | 'restrict' | 'lift' | 'review';
type SettingRequest = 'setMode' | 'panic' | 'pin' | 'startPoll' | 'closePoll' | 'setWords' | 'words';

function actHandlers({ chat, rooms }: GatewayContext): Pick<ModerationHandlers, `chat:${ActRequest}`> {
  const { moderation } = chat;
  return {
    'chat:remove': {
      ...MODERATING,
      handle: async (connection, { messageId, reason }) => {
        await moderation.remove({ ...by(connection), messageId, reason });
        return {};
      },
    },
    'chat:removeAuthor': {
      ...MODERATING,
      handle: async (connection, { identity, reason }) => {
        await moderation.removeAuthor({ ...by(connection), identity, reason });
        return {};
      },
    },
    'chat:restrict': {
      ...MODERATING,
      handle: async (connection, input) => {
        const { roomId, participant } = connection;
        const { identity, reason, removeAccess } = input;
        await moderation.restrict({ ...by(connection), input });
        if (removeAccess) {
          const room = await rooms.getRoom(roomId);
          await rooms.removeParticipant({ room, identity, reason, by: participant.identity, byRole: participant.role });
        }
        return {};
      },
    },
    'chat:lift': {
      ...MODERATING,
      handle: async (connection, input) => {
        await moderation.lift({ ...by(connection), input });
        return {};
      },
    },
    'chat:review': {
      ...MODERATING,
      handle: async ({ roomId, participant }, input) => {
        await chat.held.review(roomId, participant, input);
        return {};
      },
    },
  };
}

function settingHandlers({ chat }: GatewayContext): Pick<ModerationHandlers, `chat:${SettingRequest}`> {
  const { moderation, polls } = chat;
  return {
    'chat:setMode': {
      ...MODERATING,
      handle: async (connection, input) => {
        await moderation.setMode({ ...by(connection), input });
        return {};
      },
    },
    'chat:panic': {
      ...MODERATING,
      handle: async (connection, { on, reason }) => {
        await moderation.panic({ ...by(connection), on, reason });
        return {};
      },
    },
    'chat:pin': {
      ...MODERATING,
      handle: async (connection, { messageId }) => {
        await moderation.pin({ ...by(connection), messageId });
        return {};
      },
    },
    'chat:startPoll': {
      ...MODERATING,
      handle: async (connection, input) => ({ poll: await polls.begin({ ...by(connection), input }) }),
    },
    'chat:closePoll': {
      ...MODERATING,
      handle: async (connection) => {
        await polls.close(by(connection));
        return {};
      },
    },
    'chat:words': {
      ...MODERATING,
      handle: async ({ roomId }) => moderation.words(await chat.creatorOf(roomId)),
    },
    'chat:setWords': {
      ...MODERATING,
      // Compiling the longest list takes some 15 ms.
      limit: 'chat',
      handle: async ({ participant }, { words }) => {
        // The list holds in all of the creator's rooms; a moderator is one in a room.
        if (participant.role !== 'creator') throw new AppError('forbidden');
        return moderation.setWords({ creator: participant.identity, actor: participant, words });
      },
    },
  };
}

function recordHandlers(
  { chat }: GatewayContext,
  live: ChatLive,
): Omit<ModerationHandlers, `chat:${ActRequest | SettingRequest}`> {
  return {
    'chat:hands': {
      ...MODERATING,
      handle: async ({ roomId }) => ({ hands: live.roster.hands(roomId).hands }),
    },
    'chat:queue': { ...MODERATING, handle: ({ roomId }) => chat.held.queue(roomId) },
    'chat:context': {
      ...MODERATING,
      handle: ({ roomId }, { messageId }) => chat.records.context(roomId, messageId),
    },
    'chat:audit': {
      ...MODERATING,
      handle: async ({ roomId }, page) => ({ acts: await chat.records.audit(roomId, page) }),
    },
    'chat:reports': {
      ...MODERATING,
      handle: async ({ roomId, participant }) => {
        const reports = await chat.records.listReports(roomId, LIMITS.listPageItems);
        // Nobody judges a report of their own words, nor learns who made it.
        const others = reports.filter(({ evidence }) => evidence.message.from.identity !== participant.identity);
        return { reports: others.map(({ reporter: _, ...report }) => report) };
      },
    },
  };
}
