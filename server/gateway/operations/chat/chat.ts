import { pageFor } from '../../../chat/log/log-entry.ts';
import { isoIn, wholeMonths } from '../../../platform/clock.ts';
import { chatContract, WRITING } from '../../../protocol/operations/chat/chat.ts';
import { assertMay } from '../admission.ts';
import { implement } from '../operation.ts';

export const chatOperations = implement(chatContract, {
  'chat:send': ({ chat, clock }, { room, caller, input, connection }) => {
    const assertMayWrite = () =>
      assertMay(WRITING, { access: connection.access, can: connection.can, role: caller.role });
    const { memberSince } = connection;
    const member = memberSince === null ? undefined : wholeMonths(memberSince, clock.now());
    return chat.send({ room, from: caller, member, input, assertMayWrite });
  },
  listChatMessages: async ({ chat }, { room, caller, input }) =>
    pageFor(await chat.history(room, input), caller.identity),
  'chat:react': async ({ chat, chatLive }, { room, caller, input: { emoji } }) => {
    await chat.assertMayTakePart(room, caller);
    chatLive.react(room, emoji);
  },
  'chat:vote': ({ chat }, { room, caller, input: { poll, option } }) => chat.vote({ room, from: caller, poll, option }),
  'chat:raiseHand': async ({ chat, chatLive, clock }, { room, caller, input: { raised } }) => {
    if (raised) await chat.assertMayTakePart(room, caller);
    chatLive.roster.raise({ room, participant: caller, raised, since: isoIn(clock) });
  },
  'chat:people': async ({ chatLive }, { room, input: { query } }) => chatLive.roster.people(room, query),
  'chat:mute': async ({ chat }, { room, caller, input }) => ({
    muted: await chat.mutes.add({ room, identity: caller.identity, muted: input.identity }),
  }),
  listMutes: async ({ chat }, { caller }) => ({ muted: await chat.mutes.list(caller.identity) }),
  unmute: async ({ chat }, { caller, params }) => ({
    muted: await chat.mutes.remove({ identity: caller.identity, muted: params.identity }),
  }),
  'chat:report': ({ reports }, { room, caller, input }) => reports.fileFromChat(room, caller.identity, input),
});
