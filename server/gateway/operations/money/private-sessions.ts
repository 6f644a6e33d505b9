import { privateSessionContract } from '../../../protocol/operations/money/private-sessions.ts';
import { implement } from '../operation.ts';

export const privateSessionOperations = implement(privateSessionContract, {
  'private:request': async ({ money }, { room, caller: participant, input }) => ({
    session: await money.privateSessions.request({ room, participant }, input),
  }),
  'private:accept': async ({ money }, { room, caller: participant, input }) => ({
    session: await money.privateSessions.accept({ room, participant }, input.session),
  }),
  'private:decline': async ({ money }, { room, caller: participant, input }) => ({
    session: await money.privateSessions.decline({ room, participant }, input.session),
  }),
  'private:end': async ({ money }, { room, caller: participant, input }) => ({
    session: await money.privateSessions.end({ room, participant }, input.session),
  }),
  'private:extend': async ({ money }, { room, caller: participant, input }) => ({
    session: await money.privateSessions.extend({ room, participant }, input.session, input.minutes),
  }),
  'private:list': async ({ money }, { room, caller: participant }) => ({
    sessions: await money.privateSessions.list({ room, participant }),
  }),
});
