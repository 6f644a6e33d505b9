/** What each Socket.IO request does: thin routes to the domains. From where and with which right is said beside each. */
import type { RtpCapabilities, RtpParameters } from '../../sfu/contract.ts';
import { AppError } from '../protocol/errors.ts';
import type { Access } from '../protocol/rooms.ts';
import type { StageCaller } from '../stage/session-commands.ts';
import { createIceServers } from '../stage/turn.ts';
import type { ChatLive } from './chat-live.ts';
import { chatHandlers } from './chat-requests.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { membershipHandlers } from './memberships-requests.ts';
import type { Handlers } from './pipeline.ts';
import { privateHandlers } from './private-requests.ts';
import { receiptsHandlers } from './receipts-requests.ts';
import { type TippingRequest, tippingHandlers } from './tipping-requests.ts';
import { topUp } from './topups.ts';

export function createHandlers(context: GatewayContext, chatLive: ChatLive): Handlers {
  return {
    ...stageHandlers(context),
    ...chatHandlers(context, chatLive),
    ...roomHandlers(context),
    ...moneyHandlers(context),
    ...membershipHandlers(context),
    ...privateHandlers(context),
    ...tippingHandlers(context),
  };
}

type HandlersOf<Domain extends string> = {
  [N in keyof Handlers as N extends `${Domain}:${string}` ? N : never]: Handlers[N];
};

function stageHandlers({ rooms, stage, config, clock }: GatewayContext): HandlersOf<'stage'> {
  const caller = (connection: Connection, access: Access = connection.access): StageCaller => ({
    room: connection.roomId,
    identity: connection.participant.identity,
    socket: connection.socket.id,
    access,
    publish: connection.can.publish,
  });
  /** Joining asks the database, not what was decided a moment ago. */
  const freshCaller = async (connection: Connection): Promise<StageCaller> => {
    const { access } = await rooms.admit(connection.claims);
    // Whoever left, or was put out, while it was decided: nobody would end what is opened for them now.
    if (connection.closed || !connection.isInside) throw new AppError('access_required');
    return caller(connection, access);
  };
  const withIceServers = <T extends object>({ participant }: Connection, answer: T) => {
    if (!config.turn) return answer;
    return { ...answer, iceServers: createIceServers(config.turn, participant.identity, clock.now()) };
  };
  return {
    'stage:watch': {
      from: 'inside',
      limit: 'stage',
      handle: async (connection, input) =>
        withIceServers(
          connection,
          await stage.watch(await freshCaller(connection), {
            ...input,
            rtpCapabilities: input.rtpCapabilities as RtpCapabilities,
          }),
        ),
    },
    'stage:publish': {
      from: 'inside',
      right: 'publish',
      limit: 'stage',
      handle: async (connection, input) =>
        withIceServers(connection, await stage.publish(await freshCaller(connection), input)),
    },
    'stage:connect': {
      from: 'inside',
      limit: 'stage',
      handle: async (connection, { session, dtlsParameters }) => {
        await stage.commands.connect(caller(connection), session, dtlsParameters);
        return {};
      },
    },
    'stage:restartIce': {
      from: 'inside',
      limit: 'stage',
      handle: async (connection, { session }) =>
        withIceServers(connection, await stage.commands.restartIce(caller(connection), session)),
    },
    'stage:produce': {
      from: 'inside',
      right: 'publish',
      limit: 'stage',
      handle: (connection, input) =>
        stage.produce(caller(connection), { ...input, rtpParameters: input.rtpParameters as RtpParameters }),
    },
    'stage:unproduce': {
      from: 'inside',
      right: 'publish',
      limit: 'stage',
      handle: async (connection, input) => {
        await stage.commands.unproduce(caller(connection), input);
        return {};
      },
    },
    'stage:mute': {
      from: 'inside',
      right: 'publish',
      limit: 'stage',
      handle: async (connection, input) => {
        await stage.commands.setMuted(caller(connection), input);
        return {};
      },
    },
    'stage:viewport': {
      from: 'inside',
      limit: 'stage',
      handle: async (connection, input) => {
        await stage.commands.setViewport(caller(connection), input);
        return {};
      },
    },
    'stage:resume': {
      from: 'inside',
      limit: 'stage',
      handle: async (connection, { session, publication }) => {
        try {
          return await stage.resume(caller(connection), session, publication);
        } finally {
          // It went while the node was asked: what was taken over waits for the next one.
          if (connection.closed) stage.handleSocketGone(connection.socket.id, false);
        }
      },
    },
    'stage:play': {
      from: 'inside',
      limit: 'stage',
      handle: async (connection, { session }) => {
        await stage.commands.play(caller(connection), session);
        return {};
      },
    },
    'stage:leave': {
      from: 'lobby',
      limit: 'stage',
      handle: async (connection, { session }) => {
        await stage.leave(caller(connection), session);
        return {};
      },
    },
    'stage:endLive': {
      from: 'inside',
      right: 'publish',
      limit: 'stage',
      handle: async (connection, { publication }) => {
        await stage.endLive(connection.roomId, publication);
        return {};
      },
    },
  };
}

function roomHandlers({ rooms }: GatewayContext): HandlersOf<'rooms'> {
  return {
    'rooms:remove': {
      from: 'inside',
      right: 'moderate',
      limit: 'default',
      handle: async ({ roomId, participant }, { identity, reason }) => {
        const room = await rooms.getRoom(roomId);
        return rooms.removeParticipant({ room, identity, reason, by: participant.identity, byRole: participant.role });
      },
    },
    'rooms:end': {
      from: 'inside',
      limit: 'default',
      handle: async ({ roomId, participant }) => {
        if (participant.role !== 'creator') throw new AppError('forbidden');
        return rooms.endRoom(roomId);
      },
    },
  };
}

function moneyHandlers(context: GatewayContext): Omit<HandlersOf<'money'>, TippingRequest> {
  const { money, rooms } = context;
  return {
    'money:wallet': {
      from: 'lobby',
      limit: 'default',
      handle: ({ participant }) => money.getWallet(participant.identity),
    },
    'money:topup': {
      from: 'lobby',
      limit: 'money',
      handle: ({ participant }, input) => topUp(money, participant, input),
    },
    'money:cards': {
      from: 'lobby',
      limit: 'default',
      handle: async ({ participant }) => ({ cards: await money.cards.list(participant.identity) }),
    },
    'money:removeCard': {
      from: 'lobby',
      limit: 'money',
      handle: async ({ participant }, { card }) => ({ cards: await money.cards.remove(participant.identity, card) }),
    },
    'money:buyTicket': {
      from: 'lobby',
      limit: 'money',
      handle: async ({ roomId, participant }, input) => {
        if (participant.role !== 'fan') throw new AppError('nothing_to_buy');
        const room = await rooms.getRoom(roomId);
        return money.buyTicket({ room, identity: participant.identity, name: participant.name, ...input });
      },
    },
    'money:confirmCheckout': {
      from: 'lobby',
      limit: 'money',
      handle: async (_connection, { checkoutSession }) => {
        const { status } = await money.confirmCheckout(checkoutSession);
        return { status };
      },
    },
    'money:tip': {
      from: 'inside',
      right: 'tip',
      limit: 'money',
      handle: async ({ roomId, participant }, input) =>
        money.tip({ room: await rooms.getRoom(roomId), from: participant, input }),
    },
    ...receiptsHandlers(context),
    'money:earnings': {
      from: 'inside',
      limit: 'default',
      handle: ({ roomId, participant }) => {
        if (participant.role !== 'creator') throw new AppError('forbidden');
        return money.getEarnings(roomId);
      },
    },
  };
}
