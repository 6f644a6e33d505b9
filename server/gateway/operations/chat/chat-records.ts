import * as LIMITS from '../../../protocol/limits.ts';
import { chatRecordContract } from '../../../protocol/operations/chat/chat-records.ts';
import { implement, SERVER } from '../operation.ts';

export const chatRecordOperations = implement(chatRecordContract, {
  listChatQueue: ({ chat }, { room }) => chat.held.queue(room),
  listChatActs: async ({ chat }, { room, input }) => ({ acts: await chat.records.audit(room, input) }),
  listChatReports: async ({ chat }, { room, input }) => ({
    reports: await chat.records.listReports(room, input.limit),
  }),
  'chat:reports': async ({ chat }, { room, caller }) => ({
    reports: await chat.records.listReportsFor(caller.identity, room, LIMITS.listPageItems),
  }),
  listChatRestrictions: async ({ chat }, { room, input }) => {
    const of = { room, creator: await chat.creatorOf(room) };
    return { restrictions: await chat.moderation.listRestrictions(of, input.limit) };
  },
  'chat:context': ({ chat }, { room, input: { messageId } }) => chat.records.context(room, messageId),
  'chat:hands': async ({ chatLive }, { room }) => ({ hands: chatLive.roster.hands(room).hands }),
  getChatHook: ({ chat }) => chat.hook.get(),
  setChatHook: ({ chat }, { input }) => chat.hook.set(input, SERVER),
  deleteChatHook: async ({ chat }) => {
    await chat.hook.delete(SERVER);
    return { deleted: true };
  },
});
