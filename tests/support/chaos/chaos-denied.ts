/** Participants who must not have access: one who never paid, and guests who are removed while they watch. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { signToken, WireFan } from '../people/wire-fan.ts';
import type { Dice } from '../soak/dice.ts';
import { ChaosViewer } from './chaos-media.ts';
import type { ChaosWorld } from './chaos-world.ts';

const ATTEMPT_PAUSE_MS = 700;
const ANSWER_LIMIT_MS = 3_000;
const GUEST_PAUSE_MS = 1_500;
/** How long to wait for a guest's first picture before removing them without one. */
const PICTURE_WAIT_MS = 6_000;
/** How long to observe a guest after the removal. */
const OBSERVED_MS = 2_500;
const POLL_MS = 20;
/** How long after the end of a fault its effects may still be seen. */
export const RECOVERY_MS = 4_000;

interface Welcome {
  access: { state: string; reason?: string };
  inside: object | null;
}

/** Connects without an entitlement, and tries every request that could reveal something. */
export async function tryWithoutEntitlement(world: ChaosWorld, dice: Dice): Promise<void> {
  const token = signToken({ identity: 'no-ticket', room: world.room });
  while (!world.isOver) {
    await tryToken(world, {
      token,
      url: dice.pick(world.house.urls) ?? '',
      who: 'a fan without a ticket',
      state: 'required',
    });
    await pause(ATTEMPT_PAUSE_MS);
  }
}

/** Guests join with an entitlement from the embedder, watch, and are removed, one after the other. */
export async function removeGuests(world: ChaosWorld, dice: Dice): Promise<void> {
  for (let number = 1; !world.isOver; number += 1) {
    await removeGuest(world, `guest-${number}`, dice.fork());
    await pause(GUEST_PAUSE_MS);
  }
}

export async function removeGuest(world: ChaosWorld, identity: string, dice: Dice): Promise<void> {
  const { room, house, http, monkey } = world;
  let lastMessageAtMs = 0;
  let isRevoked = false;
  const wire = world.connect(dice, {
    claims: { identity, entitled: true },
    onEvent: (name, data) => {
      if (name === 'chat:frame') lastMessageAtMs = performance.now();
      if (name === 'rooms:accessRevoked') isRevoked = true;
      media.handleEvent(name, data);
    },
  });
  const media = new ChaosViewer((name, input) => wire.ask(name, input));
  try {
    await Promise.race([wire.comeBack(), pause(PICTURE_WAIT_MS)]);
    const until = performance.now() + PICTURE_WAIT_MS;
    while (media.silenceMs > 200 && performance.now() < until) await pause(POLL_MS);
    const hadPicture = media.silenceMs < 1_000;
    const askedAtMs = performance.now();
    await http.server('POST', `/v1/rooms/${room}/removals`, { identity, reason: 'charter' });
    const at = performance.now();
    // The SDK would disconnect now; this client stays and records what it still receives.
    let lastPictureAtMs = 0;
    while (performance.now() - at < OBSERVED_MS) {
      await pause(POLL_MS);
      if (Number.isFinite(media.silenceMs)) lastPictureAtMs = performance.now() - media.silenceMs;
    }
    const lastMs = Math.max(0, Math.max(lastPictureAtMs, lastMessageAtMs) - at);
    const isDisturbed = monkey.hadFaultBetween(askedAtMs, at + OBSERVED_MS, RECOVERY_MS);
    if (hadPicture) world.removals.push({ ms: lastMs, isDisturbed });
    if (hadPicture && !isRevoked && !isDisturbed)
      world.violations.push(`${identity} was removed without a rooms:accessRevoked event`);
  } finally {
    media.close();
    wire.close();
  }
  const token = signToken({ identity, room, entitled: true });
  for (const url of house.urls) await tryToken(world, { token, url, who: identity, state: 'refused' });
}

/** Records a violation if a request succeeds; any error is accepted. */
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
      ['chat:send', { clientId: randomUUID(), text: 'Let me in' }],
      ['chat:history', {}],
    ] as const;
    for (const [name, input] of requests) {
      const answer = await withLimit(wire.emit<{ ok: boolean }>(name, input));
      if (answer.ok) found(name);
    }
    world.deniedAttempts += 1;
  } catch {
    // No connection or no answer: nothing was granted.
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
