/** The server API for chats: what moderators do in a room, for the embedder's own tools, and what the law asks of an embedder. */
import { z } from 'zod';
import type { Actor } from '../chat/acts.store.ts';
import { identity, participantErasure, participantExport } from '../protocol/accounts.ts';
import { chatPage, heldId } from '../protocol/chat.ts';
import {
  actList,
  auditInput,
  chatReportList,
  heldList,
  liftInput,
  panicInput,
  restrictInput,
  reviewBody,
  setModeInput,
  setWordsInput,
  wordList,
} from '../protocol/chat-moderation.ts';
import { chatState } from '../protocol/chat-room.ts';
import {
  chatDone,
  chatErasure,
  chatExport,
  chatExportQuery,
  chatHook,
  chatHookDeleted,
  chatHookInput,
  chatHookWithSecret,
  restrictionList,
  serverHistoryQuery,
  serverRemovalInput,
} from '../protocol/chat-server.ts';
import { AppError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';

/** Who is on record for what an embedder's server did. */
const SERVER: Actor = { identity: 'embedding-server', name: 'embedding-server', role: 'server' };
const BY_SERVER = { auth: 'server', scope: 'moderation', limit: 'server' } as const;

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(LIMITS.listPageItems),
});

export function chatRoutes(context: HttpContext): Route[] {
  return [
    ...actRoutes(context),
    ...settingRoutes(context),
    ...recordRoutes(context),
    ...creatorRoutes(context),
    ...hookRoutes(context),
    ...personRoutes(context),
  ];
}

function actRoutes({ chat, rooms }: HttpContext): Route[] {
  return [
    defineRoute({
      ...BY_SERVER,
      name: 'removeChatMessages',
      method: 'post',
      path: '/v1/rooms/:id/chat/removals',
      input: serverRemovalInput,
      example: { identity: 'fan-7', reason: 'Spam' },
      answer: chatDone,
      status: 201,
      summary: 'Remove a message, or all of one author',
      description: 'Give a `messageId`, or an `identity` for everything that they have written in the room so far.',
      errors: ['message_not_found'],
      handler: async ({ params: { id: room }, input }) => {
        await rooms.getRoom(room);
        if ('messageId' in input) await chat.moderation.remove({ room, actor: SERVER, ...input });
        else await chat.moderation.removeAuthor({ room, actor: SERVER, ...input });
        return { done: true };
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'restrictChat',
      method: 'post',
      path: '/v1/rooms/:id/chat/restrictions',
      input: restrictInput,
      example: { identity: 'fan-7', kind: 'timeout', scope: 'room', seconds: 600, reason: 'Insults' },
      answer: chatDone,
      status: 201,
      summary: 'Keep somebody from writing',
      description:
        'A `timeout` (ten minutes without `seconds`) or a `ban`, in the `room` or in all rooms of its `creator`. They are told, with the reason and the end. `removeMessages` removes what they have written, `removeAccess` puts them out of the room.',
      errors: ['participant_not_restrictable', 'participant_not_removable'],
      handler: async ({ params: { id }, input }) => {
        const room = await rooms.getRoom(id);
        await chat.moderation.restrict({ room: id, actor: SERVER, input });
        const { identity: target, reason, removeAccess } = input;
        if (removeAccess) await rooms.removeParticipant({ room, identity: target, reason, by: SERVER.identity });
        return { done: true };
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'liftChatRestriction',
      method: 'post',
      path: '/v1/rooms/:id/chat/lifts',
      input: liftInput,
      example: { identity: 'fan-7', scope: 'room' },
      answer: chatDone,
      status: 201,
      summary: 'Let somebody write again',
      handler: async ({ params: { id: room }, input }) => {
        await rooms.getRoom(room);
        await chat.moderation.lift({ room, actor: SERVER, input });
        return { done: true };
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'reviewHeldMessage',
      method: 'post',
      path: '/v1/rooms/:id/chat/queue/:held',
      input: reviewBody,
      example: { decision: 'allow' },
      answer: chatDone,
      status: 201,
      summary: 'Decide about a message that waits',
      description:
        'The first decision holds. Allowed, it comes into the chat now; refused, its author is told, with the reason.',
      errors: ['held_message_not_found', 'already_reviewed'],
      handler: async ({ params: { id: room, held }, input }) => {
        await rooms.getRoom(room);
        const parsed = heldId.safeParse(held);
        if (!parsed.success) throw new AppError('held_message_not_found');
        await chat.held.review(room, SERVER, { id: parsed.data, ...input });
        return { done: true };
      },
    }),
  ];
}

function settingRoutes({ chat, rooms }: HttpContext): Route[] {
  return [
    defineRoute({
      ...BY_SERVER,
      name: 'setChatMode',
      method: 'post',
      path: '/v1/rooms/:id/chat/mode',
      input: setModeInput,
      example: { slowModeSeconds: 10 },
      answer: chatState,
      summary: 'Set how a chat is written in',
      description: 'What is not named stays as it is. Fans alone are held to it.',
      handler: async ({ params: { id: room }, input }) => {
        await rooms.getRoom(room);
        await chat.moderation.setMode({ room, actor: SERVER, input });
        return chat.state(room);
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'setChatPanic',
      method: 'post',
      path: '/v1/rooms/:id/chat/panic',
      input: panicInput,
      example: { on: true, reason: 'A raid' },
      answer: chatState,
      summary: 'Press or release the panic button',
      description:
        'Pauses the chat for all but moderators; once the pause is taken back, members alone write, slowly. Released, all is as it was.',
      handler: async ({ params: { id: room }, input }) => {
        await rooms.getRoom(room);
        await chat.moderation.panic({ room, actor: SERVER, ...input });
        return chat.state(room);
      },
    }),
  ];
}

function recordRoutes({ chat, rooms }: HttpContext): Route[] {
  return [
    defineRoute({
      ...BY_SERVER,
      name: 'listChatMessages',
      method: 'get',
      path: '/v1/rooms/:id/chat/messages',
      input: serverHistoryQuery,
      answer: chatPage,
      summary: 'Read the chat of a room',
      description: 'The newest entries, those after `since`, or those before `before`, in ascending order.',
      handler: async ({ params: { id: room }, input }) => {
        await rooms.getRoom(room);
        const { since, before, limit } = input;
        return chat.history(room, {
          limit,
          ...(since === undefined ? {} : { since }),
          ...(before === undefined ? {} : { before }),
        });
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'listChatQueue',
      method: 'get',
      path: '/v1/rooms/:id/chat/queue',
      answer: heldList,
      summary: 'List messages that wait for review',
      description: 'The longest waiting first.',
      handler: async ({ params: { id: room } }) => {
        await rooms.getRoom(room);
        return chat.held.queue(room);
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'listChatActs',
      method: 'get',
      path: '/v1/rooms/:id/chat/audit',
      input: auditInput,
      answer: actList,
      summary: 'Read the audit log of a chat',
      description:
        'Who did what to whom and why, the newest first; for more, give the last `id` as `before`. Rows are never changed.',
      handler: async ({ params: { id: room }, input }) => {
        await rooms.getRoom(room);
        return { acts: await chat.records.audit(room, input) };
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'listChatReports',
      method: 'get',
      path: '/v1/rooms/:id/chat/reports',
      input: listQuery,
      answer: chatReportList,
      summary: 'List reported messages with their evidence',
      handler: async ({ params: { id: room }, input }) => {
        await rooms.getRoom(room);
        return { reports: await chat.records.listReports(room, input.limit) };
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'listChatRestrictions',
      method: 'get',
      path: '/v1/rooms/:id/chat/restrictions',
      input: listQuery,
      answer: restrictionList,
      summary: 'List who was kept from writing',
      description: 'In this room and in all of its creator’s, in force, over or lifted, the newest first.',
      handler: async ({ params: { id }, input }) => {
        const { creator } = await rooms.getRoom(id);
        const of = { room: id, creator: creator.identity };
        return { restrictions: await chat.moderation.listRestrictions(of, input.limit) };
      },
    }),
  ];
}

function creatorRoutes({ chat, accounts }: HttpContext): Route[] {
  return [
    defineRoute({
      ...BY_SERVER,
      name: 'getChatWords',
      method: 'get',
      path: '/v1/creators/:identity/chat/words',
      answer: wordList,
      summary: "Get a creator's word list",
      errors: ['creator_not_found'],
      handler: async ({ params }) => {
        await accounts.getCreator(params.identity);
        return chat.moderation.words(params.identity);
      },
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'setChatWords',
      method: 'put',
      path: '/v1/creators/:identity/chat/words',
      input: setWordsInput,
      example: { words: [{ pattern: 'spoiler*', action: 'hold' }] },
      answer: wordList,
      summary: "Replace a creator's word list",
      description:
        'Holds in all of their rooms. A word is found in look-alike letters, digits, spaced or repeated letters as well; `*` at the start or the end of a pattern stands for more letters.',
      errors: ['word_pattern_invalid', 'creator_not_found'],
      handler: async ({ params, input }) => {
        const { identity: creator } = await accounts.getCreator(params.identity);
        return chat.moderation.setWords({ creator, actor: SERVER, words: input.words });
      },
    }),
  ];
}

function hookRoutes({ chat }: HttpContext): Route[] {
  return [
    defineRoute({
      ...BY_SERVER,
      name: 'getChatHook',
      method: 'get',
      path: '/v1/chat/hook',
      answer: chatHook,
      summary: 'Get the chat hook',
      errors: ['chat_hook_not_found'],
      handler: () => chat.hook.get(),
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'setChatHook',
      method: 'put',
      path: '/v1/chat/hook',
      input: chatHookInput,
      example: { url: 'https://club.example/chat-hook', timeoutMs: 800, onFailure: 'hold' },
      answer: chatHookWithSecret,
      summary: 'Set the chat hook',
      description:
        'Your server is asked about every message before it is delivered, signed like a webhook, and answers `{decision: "allow" | "deny" | "hold", reason?}` with status 200. Without a proper answer in time `onFailure` holds. Each call makes a new `secret`.',
      errors: ['webhook_url_not_allowed'],
      handler: ({ input }) => chat.hook.set(input, SERVER),
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'deleteChatHook',
      method: 'delete',
      path: '/v1/chat/hook',
      answer: chatHookDeleted,
      summary: 'Delete the chat hook',
      errors: ['chat_hook_not_found'],
      handler: async () => {
        await chat.hook.delete(SERVER);
        return { deleted: true };
      },
    }),
  ];
}

function personRoutes({ chat, participantData }: HttpContext): Route[] {
  const parse = (raw: string) => {
    const parsed = identity.safeParse(raw);
    if (!parsed.success) throw new AppError('invalid_request', 'This is not an identity.');
    return parsed.data;
  };
  return [
    defineRoute({
      ...BY_SERVER,
      name: 'exportChat',
      method: 'get',
      path: '/v1/participants/:identity/chat',
      input: chatExportQuery,
      answer: chatExport,
      summary: 'Export what the chat has of a person',
      description:
        'Messages (removed ones with their text), held messages, restrictions, reports that they made, and acts that concern them. While `hasMore` is true, give the last message as `after`.',
      handler: ({ params, input }) => chat.personalData.export(parse(params.identity), input),
    }),
    defineRoute({
      ...BY_SERVER,
      name: 'eraseChat',
      method: 'delete',
      path: '/v1/participants/:identity/chat',
      answer: chatErasure,
      summary: 'Erase what the chat has of a person',
      description:
        'Words and names go out of every room for good; the numbers of the messages stay, so that nobody’s log has a gap. Evidence of reports has a term of its own, the audit log stays, and so does a restriction that is in force.',
      handler: ({ params }) => chat.personalData.erase(parse(params.identity), SERVER),
    }),
    defineRoute({
      ...BY_SERVER,
      // Of all domains, money too.
      scope: 'admin',
      name: 'exportParticipant',
      method: 'get',
      path: '/v1/participants/:identity/data',
      answer: participantExport,
      summary: 'Export everything that the house holds of a person',
      description:
        'Rows as they are stored, by table, without secrets and without the people on the other side. A table with more than 10,000 rows is cut (`isTruncated`); the lists of its domain have the rest.',
      handler: ({ params }) => participantData.export(parse(params.identity)),
    }),
    defineRoute({
      ...BY_SERVER,
      // Of all domains, money too.
      scope: 'admin',
      name: 'eraseParticipant',
      method: 'delete',
      path: '/v1/participants/:identity/data',
      answer: participantErasure,
      summary: 'Erase a person in all domains',
      description:
        'Names, messages and notes go everywhere; the books keep amounts under the identity for as long as the law on accounts asks. Refused while something is open: credit in the wallet, a membership, a payment page, a refund, a dispute, a private session; for creators also rooms that are not over, earnings, payouts, and sales that the house still has to report.',
      errors: ['erasure_blocked'],
      handler: ({ params }) => participantData.erase(parse(params.identity), SERVER),
    }),
  ];
}
