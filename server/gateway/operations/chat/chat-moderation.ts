import { heldId } from '../../../protocol/chat/chat.ts';
import { AppError } from '../../../protocol/errors.ts';
import { chatModerationContract } from '../../../protocol/operations/chat/chat-moderation.ts';
import { implement, SERVER } from '../operation.ts';

export const chatModerationOperations = implement(chatModerationContract, {
  removeChatMessages: async ({ chat: { moderation } }, { room, caller: actor, input }) => {
    if ('messageId' in input) await moderation.remove({ room, actor, ...input });
    else await moderation.removeAuthor({ room, actor, ...input });
    return { done: true };
  },
  'chat:remove': ({ chat }, { room, caller: actor, input }) => chat.moderation.remove({ room, actor, ...input }),
  'chat:removeAuthor': ({ chat }, { room, caller: actor, input }) =>
    chat.moderation.removeAuthor({ room, actor, ...input }),
  restrictChat: async ({ chat, rooms }, { room, caller: actor, input }) => {
    await chat.moderation.restrict({ room, actor, input });
    const { identity, reason, removeAccess } = input;
    if (removeAccess) await rooms.removals.remove({ room, identity, reason, by: actor });
    return { done: true };
  },
  liftChatRestriction: async ({ chat }, { room, caller: actor, input }) => {
    await chat.moderation.lift({ room, actor, input });
    return { done: true };
  },
  reviewHeldMessage: async ({ chat }, { room, caller, params, input }) => {
    const id = heldId.safeParse(params.held);
    if (!id.success) throw new AppError('held_message_not_found');
    await chat.held.review(room, caller, { id: id.data, ...input });
    return { done: true };
  },
  'chat:review': ({ chat }, { room, caller, input }) => chat.held.review(room, caller, input),
  setChatMode: async ({ chat }, { room, caller: actor, input }) => {
    await chat.moderation.setMode({ room, actor, input });
    return chat.state(room);
  },
  setChatPanic: async ({ chat }, { room, caller: actor, input }) => {
    await chat.moderation.panic({ room, actor, ...input });
    return chat.state(room);
  },
  'chat:pin': ({ chat }, { room, caller: actor, input: { messageId } }) =>
    chat.moderation.pin({ room, actor, messageId }),
  'chat:startPoll': async ({ chat }, { room, caller: actor, input }) => ({
    poll: await chat.polls.begin({ room, actor, input }),
  }),
  'chat:closePoll': ({ chat }, { room, caller: actor }) => chat.polls.close({ room, actor }),
  getChatWords: async ({ accounts, chat }, { params }) =>
    chat.moderation.words((await accounts.getCreator(params.identity)).identity),
  'chat:words': async ({ chat }, { room }) => chat.moderation.words(await chat.creatorOf(room)),
  setChatWords: async ({ accounts, chat }, { params, input: { words } }) => {
    const { identity: creator } = await accounts.getCreator(params.identity);
    return chat.moderation.setWords({ creator, actor: SERVER, words });
  },
  'chat:setWords': ({ chat }, { caller: actor, input: { words } }) =>
    chat.moderation.setWords({ creator: actor.identity, actor, words }),
});
