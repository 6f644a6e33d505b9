/** What a chat keeps on record: the queue, the audit log, reports, and an embedder's own hook. */

import { z } from 'zod';
import {
  actList,
  auditInput,
  chatContext,
  chatReportList,
  contextInput,
  heldList,
  roomReportList,
} from '../../chat/chat-moderation.ts';
import { handList } from '../../chat/chat-room.ts';
import {
  chatHook,
  chatHookDeleted,
  chatHookInput,
  chatHookWithSecret,
  restrictionList,
} from '../../chat/chat-server.ts';
import * as LIMITS from '../../limits.ts';
import { operation, socketOperation } from '../contract.ts';

const MODERATING = { from: 'inside', right: 'moderate' } as const;
const BY_SERVER = { by: ['server:moderation'] } as const;
const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(LIMITS.listPageItems),
});

export const chatRecordContract = {
  listChatQueue: operation({
    http: 'GET /v1/rooms/:id/chat/queue',
    ...BY_SERVER,
    socket: 'chat:queue',
    ...MODERATING,
    answer: heldList,
    summary: 'List messages that wait for review',
    description: 'Oldest first.',
  }),
  listChatActs: operation({
    http: 'GET /v1/rooms/:id/chat/audit',
    ...BY_SERVER,
    socket: 'chat:audit',
    ...MODERATING,
    input: auditInput,
    answer: actList,
    summary: 'Read the audit log of a chat',
    description:
      'Acts with actor, subject and reason, newest first. Pass the last `id` as `before` for the next page. Rows never change.',
  }),
  listChatReports: operation({
    http: 'GET /v1/rooms/:id/chat/reports',
    ...BY_SERVER,
    input: listQuery,
    answer: chatReportList,
    summary: 'List reported messages with their evidence',
  }),
  'chat:reports': socketOperation({
    ...MODERATING,
    answer: roomReportList,
    summary: 'List reported messages of fans',
    description: "The newest first, at most 100, without who made them, and without those of one's own words.",
  }),
  listChatRestrictions: operation({
    http: 'GET /v1/rooms/:id/chat/restrictions',
    ...BY_SERVER,
    input: listQuery,
    answer: restrictionList,
    summary: 'List restrictions',
    description: 'In this room and in all rooms of its creator; active, expired and lifted ones, newest first.',
  }),
  'chat:context': socketOperation({
    ...MODERATING,
    input: contextInput,
    answer: chatContext,
    summary: 'Read what was written around a message',
  }),
  'chat:hands': socketOperation({ ...MODERATING, answer: handList, summary: 'List raised hands' }),
  getChatHook: operation({
    http: 'GET /v1/chat/hook',
    ...BY_SERVER,
    answer: chatHook,
    summary: 'Get the chat hook',
    errors: ['chat_hook_not_found'],
  }),
  setChatHook: operation({
    http: 'PUT /v1/chat/hook',
    ...BY_SERVER,
    input: chatHookInput,
    example: { url: 'https://club.example/chat-hook', timeoutMs: 800, onFailure: 'hold' },
    answer: chatHookWithSecret,
    summary: 'Set the chat hook',
    description:
      'Your server gets a request for every message in rooms of your creators before it is delivered, signed like a webhook: `{type: "chat.message", room, creator, message: {text, replyTo?, mentions?, sentAt}, from: {identity, name, role}}`. It answers `{decision: "allow" | "deny" | "hold", reason?}` with status 200; the author reads `reason`. Without a valid answer in time, `onFailure` applies. Each call creates a new `secret`.',
    errors: ['webhook_url_not_allowed'],
  }),
  deleteChatHook: operation({
    http: 'DELETE /v1/chat/hook',
    ...BY_SERVER,
    answer: chatHookDeleted,
    summary: 'Delete the chat hook',
    errors: ['chat_hook_not_found'],
  }),
};
