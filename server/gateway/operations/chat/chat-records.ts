/** What a chat keeps on record: the queue, the audit log, reports, and an embedder's own hook. */
import { z } from 'zod';
import { actList, auditInput, chatReportList, heldList } from '../../../protocol/chat/chat-moderation.ts';
import {
  chatHook,
  chatHookDeleted,
  chatHookInput,
  chatHookWithSecret,
  restrictionList,
} from '../../../protocol/chat/chat-server.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { operation, SERVER, socketOperation } from '../operation.ts';

const MODERATING = { from: 'inside', right: 'moderate' } as const;
const BY_SERVER = { by: ['server:moderation'] } as const;

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(LIMITS.listPageItems),
});

const recordOperations = [
  operation({
    name: 'listChatQueue',
    http: 'GET /v1/rooms/:id/chat/queue',
    ...BY_SERVER,
    socket: 'chat:queue',
    ...MODERATING,
    answer: heldList,
    summary: 'List messages that wait for review',
    description: 'Oldest first.',
    run: ({ chat }, { room }) => chat.held.queue(room),
  }),
  operation({
    name: 'listChatActs',
    http: 'GET /v1/rooms/:id/chat/audit',
    ...BY_SERVER,
    socket: 'chat:audit',
    ...MODERATING,
    input: auditInput,
    answer: actList,
    summary: 'Read the audit log of a chat',
    description:
      'Acts with actor, subject and reason, newest first. Pass the last `id` as `before` for the next page. Rows never change.',
    run: async ({ chat }, { room, input }) => ({ acts: await chat.records.audit(room, input) }),
  }),
  operation({
    name: 'listChatReports',
    http: 'GET /v1/rooms/:id/chat/reports',
    ...BY_SERVER,
    input: listQuery,
    answer: chatReportList,
    summary: 'List reported messages with their evidence',
    run: async ({ chat }, { room, input }) => ({ reports: await chat.records.listReports(room, input.limit) }),
  }),
  socketOperation({
    socket: 'chat:reports',
    ...MODERATING,
    run: async ({ chat }, { room, caller }) => ({
      reports: await chat.records.listReportsFor(caller.identity, room, LIMITS.listPageItems),
    }),
  }),
  operation({
    name: 'listChatRestrictions',
    http: 'GET /v1/rooms/:id/chat/restrictions',
    ...BY_SERVER,
    input: listQuery,
    answer: restrictionList,
    summary: 'List restrictions',
    description: 'In this room and in all rooms of its creator; active, expired and lifted ones, newest first.',
    run: async ({ chat }, { room, input }) => {
      const of = { room, creator: await chat.creatorOf(room) };
      return { restrictions: await chat.moderation.listRestrictions(of, input.limit) };
    },
  }),
  socketOperation({
    socket: 'chat:context',
    ...MODERATING,
    run: ({ chat }, { room, input: { messageId } }) => chat.records.context(room, messageId),
  }),
  socketOperation({
    socket: 'chat:hands',
    ...MODERATING,
    run: async ({ chatLive }, { room }) => ({ hands: chatLive.roster.hands(room).hands }),
  }),
];

const hookOperations = [
  operation({
    name: 'getChatHook',
    http: 'GET /v1/chat/hook',
    ...BY_SERVER,
    answer: chatHook,
    summary: 'Get the chat hook',
    errors: ['chat_hook_not_found'],
    run: ({ chat }) => chat.hook.get(),
  }),
  operation({
    name: 'setChatHook',
    http: 'PUT /v1/chat/hook',
    ...BY_SERVER,
    input: chatHookInput,
    example: { url: 'https://club.example/chat-hook', timeoutMs: 800, onFailure: 'hold' },
    answer: chatHookWithSecret,
    summary: 'Set the chat hook',
    description:
      'Your server gets a request for every message in rooms of your creators before it is delivered, signed like a webhook: `{type: "chat.message", room, creator, message: {text, replyTo?, mentions?, sentAt}, from: {identity, name, role}}`. It answers `{decision: "allow" | "deny" | "hold", reason?}` with status 200; the author reads `reason`. Without a valid answer in time, `onFailure` applies. Each call creates a new `secret`.',
    errors: ['webhook_url_not_allowed'],
    run: ({ chat }, { input }) => chat.hook.set(input, SERVER),
  }),
  operation({
    name: 'deleteChatHook',
    http: 'DELETE /v1/chat/hook',
    ...BY_SERVER,
    answer: chatHookDeleted,
    summary: 'Delete the chat hook',
    errors: ['chat_hook_not_found'],
    run: async ({ chat }) => {
      await chat.hook.delete(SERVER);
      return { deleted: true };
    },
  }),
];

export const chatRecordOperations = [...recordOperations, ...hookOperations];
