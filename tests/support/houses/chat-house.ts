/** The chat with its real dependencies only: a database, a bus, and rooms whose creator is `ada`. */
import { CHAT_BUS_TOPIC, Chat, type ChatAppended, type ChatOptions } from '../../../server/chat/chat.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { systemClock } from '../../../server/platform/clock.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { AddressGuard } from '../../../server/platform/outbound/address-guard.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import type { Participant } from '../../../server/protocol/accounts/accounts.ts';
import type { ChatMessage } from '../../../server/protocol/chat/chat.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';

export const ada: Participant = { identity: 'ada', name: 'Ada', role: 'creator' };
export const mod: Participant = { identity: 'mod', name: 'Mo', role: 'moderator' };
export const lea: Participant = { identity: 'lea', name: 'Léa', role: 'fan' };
export const tom: Participant = { identity: 'tom', name: 'Tom', role: 'fan' };

export const fan = (identity: string): Participant => ({ identity, name: identity, role: 'fan' });

export function createBus(): MemoryBus {
  return new MemoryBus((error) => {
    throw error;
  });
}

/** Subscribes to the chat topics of all rooms. */
export function collectAppended(bus: MemoryBus, collect: (message: ChatAppended) => void): void {
  const publish = bus.publish.bind(bus);
  bus.publish = (topic, message) => {
    if (topic.startsWith(`${CHAT_BUS_TOPIC}/`)) collect(message as ChatAppended);
    publish(topic, message);
  };
}

export function createChat(options: Pick<ChatOptions, 'db'> & Partial<ChatOptions>): Chat {
  return new Chat({
    bus: createBus(),
    clock: systemClock,
    metrics: createMetrics(),
    log: createLog({ level: 'silent', pretty: false }),
    rooms: {
      creatorOf: async () => ada.identity,
      hasChat: async () => true,
      moderates: async ({ identity }) => /^mo\d?$|^mod$/.test(identity),
      isMember: async (_creator, identity) => identity.startsWith('member'),
    },
    hook: {
      guard: new AddressGuard({ isOpen: true }),

      box: new SecretBox(['a_key_of_these_tests_alone_00000000']),
    },
    retention: { messageDays: 365, evidenceDays: 1_000 },
    ...options,
  });
}

/** Sends a message that must be accepted. */
export async function sayIn(
  chat: Chat,
  room: RoomId,
  from: Participant,
  text: string,
  clientId: string = createId('event'),
): Promise<ChatMessage> {
  const answer = await chat.send({ room, from, input: { clientId, text } });
  if (!('message' in answer)) throw new Error(`held: ${answer.held.reason}`);
  return answer.message;
}

/** The error code of a refusal; `ok` if it succeeds. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
