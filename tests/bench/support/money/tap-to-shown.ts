/**
 * From a fan's tap to the tip shown to others: `money:tip` sent on one socket until the chat frame with the tip has
 * arrived at another participant's, over the real gateway in a separate process. Both sockets are in this process, so
 * one clock times both ends.
 */
import { io, type Socket } from 'socket.io-client';
import { createId } from '../../../../server/protocol/ids.ts';
import type {
  Answer,
  ClientToServerEvents,
  RequestAnswer,
  ServerToClientEvents,
} from '../../../../server/protocol/realtime.ts';
import { payCheckout } from '../../../support/people/checkout.ts';
import type { ServerProcess } from '../../../support/programs/server-process.ts';
import { pause } from '../burst.ts';

type RoomSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

const TOPUP_MINOR = 50_000;
const AMOUNT_MINOR = 200;
/** Timeout for the last tip. */
const SHOWN_WITHIN_MS = 5_000;

export interface TapOptions {
  fans: number;
  taps: number;
  /** Mean of the random pauses between taps. */
  meanPauseMs: number;
}

export async function measureTaps(server: ServerProcess, options: TapOptions): Promise<number[]> {
  await server.server('POST', '/v1/creators', { identity: 'tapped-creator', name: 'Ada', country: 'FR' });
  const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', {
    creator: 'tapped-creator',
    title: 'Benchmark',
    access: { kind: 'free' },
  });
  const fans: RoomSocket[] = [];
  const watcher = await join(server, { identity: 'watching-fan', room });
  try {
    for (let index = 0; index < options.fans; index += 1) {
      const fan = await join(server, { identity: `tapping-fan-${index}`, room });
      fans.push(fan);
      await topUp(fan);
    }
    return await tapAll(fans, watcher, options);
  } finally {
    for (const socket of [...fans, watcher]) socket.disconnect();
  }
}

async function tapAll(fans: RoomSocket[], watcher: RoomSocket, { taps, meanPauseMs }: TapOptions): Promise<number[]> {
  const tappedAtMs = new Map<string, number>();
  const shownMs: number[] = [];
  watcher.on('chat:frame', ({ entries }) => {
    const nowMs = performance.now();
    for (const entry of entries) {
      if (entry.kind !== 'tip' || entry.message === null) continue;
      const atMs = tappedAtMs.get(entry.message);
      if (atMs !== undefined) shownMs.push(nowMs - atMs);
      tappedAtMs.delete(entry.message);
    }
  });
  const answers: Promise<unknown>[] = [];
  for (let tap = 0; tap < taps; tap += 1) {
    const message = `Tap ${tap}`;
    tappedAtMs.set(message, performance.now());
    const fan = fans[tap % fans.length] as RoomSocket;
    answers.push(ask(fan, 'money:tip', { amountMinor: AMOUNT_MINOR, message, idempotencyKey: createId('event') }));
    await pause(-Math.log(1 - Math.random()) * meanPauseMs);
  }
  await Promise.all(answers);
  for (const giveUpAtMs = performance.now() + SHOWN_WITHIN_MS; tappedAtMs.size > 0; ) {
    if (performance.now() > giveUpAtMs) throw new Error(`${tappedAtMs.size} tips were never shown.`);
    await pause(10);
  }
  return shownMs;
}

async function join(server: ServerProcess, claims: { identity: string; room: string }): Promise<RoomSocket> {
  const body = { ...claims, name: claims.identity, role: 'fan' };
  const { token } = await server.server<{ token: string }>('POST', '/v1/tokens', body);
  const socket: RoomSocket = io(server.url, { auth: { token }, transports: ['websocket'], forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('rooms:welcome', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

async function topUp(fan: RoomSocket): Promise<void> {
  const answer = await ask(fan, 'money:topup', { amountMinor: TOPUP_MINOR });
  if (!('checkoutUrl' in answer)) throw new Error('A top-up answered no page.');
  const { checkoutUrl } = answer;
  await payCheckout(checkoutUrl);
  const checkoutSession = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
  await ask(fan, 'money:confirmCheckout', { checkoutSession });
}

async function ask<N extends 'money:tip' | 'money:topup' | 'money:confirmCheckout'>(
  socket: RoomSocket,
  name: N,
  input: Parameters<ClientToServerEvents[N]>[0],
): Promise<RequestAnswer<N>> {
  // The names and their types go together; the compiler cannot follow that through a name that is a parameter.
  const answer = (await (socket as Socket).emitWithAck(name, input)) as Answer<RequestAnswer<N>>;
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`);
  return answer.data;
}
