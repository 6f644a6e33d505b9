/**
 * Private sessions by the minute, on sockets alone: the fan asks, extends and ends, the creator accepts, declines and
 * ends.
 */
import { socketOperation } from '../operation.ts';

const ANYONE = { from: 'lobby', limit: 'money' } as const;
const CREATOR = { from: 'inside', right: 'publish', limit: 'money' } as const;

export const privateSessionOperations = [
  socketOperation({
    ...ANYONE,
    socket: 'private:request',
    run: async ({ money }, { room, caller: participant, input }) => ({
      session: await money.privateSessions.request({ room, participant }, input),
    }),
  }),
  socketOperation({
    ...CREATOR,
    socket: 'private:accept',
    run: async ({ money }, { room, caller: participant, input }) => ({
      session: await money.privateSessions.accept({ room, participant }, input.session),
    }),
  }),
  socketOperation({
    ...CREATOR,
    socket: 'private:decline',
    run: async ({ money }, { room, caller: participant, input }) => ({
      session: await money.privateSessions.decline({ room, participant }, input.session),
    }),
  }),
  socketOperation({
    ...ANYONE,
    socket: 'private:end',
    run: async ({ money }, { room, caller: participant, input }) => ({
      session: await money.privateSessions.end({ room, participant }, input.session),
    }),
  }),
  socketOperation({
    ...ANYONE,
    from: 'inside',
    socket: 'private:extend',
    run: async ({ money }, { room, caller: participant, input }) => ({
      session: await money.privateSessions.extend({ room, participant }, input.session, input.minutes),
    }),
  }),
  socketOperation({
    socket: 'private:list',
    from: 'lobby',
    run: async ({ money }, { room, caller: participant }) => ({
      sessions: await money.privateSessions.list({ room, participant }),
    }),
  }),
];
