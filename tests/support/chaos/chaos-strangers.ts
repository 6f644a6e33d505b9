/** Those who must not be there: a gatecrasher who never paid, and guests who are removed while they watch. */
import { setTimeout as pause } from 'node:timers/promises';
import { signToken, WireFan } from '../people/wire-fan.ts';
import type { Dice } from '../soak/dice.ts';
import { ChaosViewer } from './chaos-media.ts';
import type { ChaosWorld } from './chaos-world.ts';

const CRASH_PAUSE_MS = 700;
const ANSWER_LIMIT_MS = 3_000;
const GUEST_PAUSE_MS = 1_500;
/** How long a guest waits for a picture before they are removed without one. */
const PICTURE_WAIT_MS = 6_000;
/** How long is looked after a removal. */
const WATCHED_MS = 2_500;
const LOOK_MS = 20;
/** A part that is back has had so long to find its way in; until then what depends on it is not quiet. */
export const RECOVERY_MS = 4_000;

interface Welcome {
  access: { state: string; reason?: string };
  inside: object | null;
}

/** Connects without a key, and tries whatever a client could try. */
export async function crashGate(world: ChaosWorld, dice: Dice): Promise<void> {
  const token = signToken({ identity: 'crasher', room: world.room });
  while (!world.isOver) {
    await tryToken(world, { token, url: dice.pick(world.house.urls) ?? '', who: 'the gatecrasher', state: 'required' });
    await pause(CRASH_PAUSE_MS);
  }
}

/** Guest after guest comes in by the embedder's word, watches, and is removed. */
export async function removeGuests(world: ChaosWorld, dice: Dice): Promise<void> {
  for (let number = 1; !world.isOver; number += 1) {
    await removeGuest(world, `guest-${number}`, dice.fork());
    await pause(GUEST_PAUSE_MS);
  }
}

export async function removeGuest(world: ChaosWorld, identity: string, dice: Dice): Promise<void> {
  const { room, house, till, monkey } = world;
  let lastWordAtMs = 0;
  let isOut = false;
  const wire = world.connect(dice, {
    claims: { identity, entitled: true },
    onEvent: (name, data) => {
      if (name === 'chat:frame') lastWordAtMs = performance.now();
      if (name === 'rooms:accessRevoked') isOut = true;
      media.handleEvent(name, data);
    },
  });
  const media = new ChaosViewer((name, input) => wire.ask(name, input));
  try {
    await Promise.race([wire.comeBack(), pause(PICTURE_WAIT_MS)]);
    const until = performance.now() + PICTURE_WAIT_MS;
    while (media.silenceMs > 200 && performance.now() < until) await pause(LOOK_MS);
    const hadPicture = media.silenceMs < 1_000;
    const askedAtMs = performance.now();
    await till.server('POST', `/v1/rooms/${room}/removals`, { identity, reason: 'charter' });
    const at = performance.now();
    // Their page would leave by itself; this one stays and looks at what still comes.
    let lastPictureAtMs = 0;
    while (performance.now() - at < WATCHED_MS) {
      await pause(LOOK_MS);
      if (Number.isFinite(media.silenceMs)) lastPictureAtMs = performance.now() - media.silenceMs;
    }
    const lastMs = Math.max(0, Math.max(lastPictureAtMs, lastWordAtMs) - at);
    const isDisturbed = monkey.wasAtWork(askedAtMs, at + WATCHED_MS, RECOVERY_MS);
    if (hadPicture) world.removals.push({ ms: lastMs, isDisturbed });
    if (hadPicture && !isOut && !isDisturbed) world.violations.push(`${identity} was removed and not told`);
  } finally {
    media.close();
    wire.close();
  }
  const token = signToken({ identity, room, entitled: true });
  for (const url of house.urls) await tryToken(world, { token, url, who: identity, state: 'refused' });
}

/** Whatever the answer of a house in trouble is, it is never a yes. */
async function tryToken(
  world: ChaosWorld,
  { token, url, who, state }: { token: string; url: string; who: string; state: string },
): Promise<void> {
  const found = (what: string) => world.violations.push(`${who} got ${what} at ${url}`);
  const welcomed = Promise.withResolvers<Welcome>();
  const connecting = WireFan.connect({
    url,
    auth: { token },
    onEvent: (name, data) => {
      if (name === 'rooms:welcome') welcomed.resolve(data);
      if (name === 'chat:frame' || name === 'rooms:accessGranted' || name === 'stage:consumersAdded') found(name);
    },
    onClose: () => welcomed.reject(new Error('closed')),
  });
  welcomed.promise.catch(() => {});
  try {
    const wire = await withLimit(connecting);
    const { access, inside } = await withLimit(welcomed.promise);
    if (inside || access.state !== state) found(`a welcome with ${JSON.stringify(access)}`);
    const requests = [
      ['stage:watch', { rtpCapabilities: {} }],
      ['chat:send', { clientId: `${who}-${performance.now()}`.replaceAll(' ', '-'), text: 'Let me in' }],
      ['chat:history', {}],
    ] as const;
    for (const [name, input] of requests) {
      const answer = await withLimit(wire.emit<{ ok: boolean }>(name, input));
      if (answer.ok) found(name);
    }
    world.refusedCrashers += 1;
  } catch {
    // Nobody there, or no answer: no door was opened.
  } finally {
    connecting.then(
      (wire) => wire.drop(),
      () => {},
    );
  }
}

function withLimit<T>(promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer')), ANSWER_LIMIT_MS).unref()),
  ]);
}
