/**
 * Opens a viewer's media session over HTTP, while their socket is still being opened. The session waits for the socket,
 * at whichever gateway, to take it over by `stage:resume`.
 */
import type { Response } from 'express';
import type { TokenClaims } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import type { WatchAheadAnswer, WatchInput } from '../../protocol/stage.ts';
import { createIceServers } from '../../stage/turn.ts';
import type { Admitted, GatewayContext } from '../context.ts';

export async function watchAhead(
  context: GatewayContext,
  { claims, access }: Admitted,
  input: WatchInput,
  response: Pick<Response, 'closed' | 'once' | 'writableFinished'>,
): Promise<WatchAheadAnswer> {
  if (access.state !== 'granted' || response.closed) return { access, watching: null };
  const { room, sub: identity, iss: issuer, logeSession: signIn } = claims;
  try {
    const answer = await context.stage.watch(
      { room, identity, issuer, signIn, socket: undefined, access, publish: false },
      input,
    );
    void closeIfRevoked(context, claims);
    // A client that aborted its request does not know the session's id, so that no socket will resume it.
    const handleClosed = (): void => {
      if (!response.writableFinished) void context.stage.closeUnclaimed(answer.session);
    };
    if (response.closed) handleClosed();
    else response.once('close', handleClosed);
    const iceServers = createIceServers(context.config.turn, identity, context.clock.now());
    return { access, watching: { ...answer, iceServers } };
  } catch (error) {
    // The client asks again over its socket, and gets the reason there.
    if (error instanceof AppError) return { access, watching: null };
    throw error;
  }
}

/**
 * A revocation between the decision and the opening of the session found nothing to close: no socket would notice.
 * Media needs two more round trips before it flows.
 */
async function closeIfRevoked(
  { apiKeys, people, rooms, stage, log }: GatewayContext,
  claims: TokenClaims,
): Promise<void> {
  try {
    await people.sessions.assertLive(claims);
    if (apiKeys.ring.isLive(claims.iss) && (await rooms.admit(claims)).access.state === 'granted') return;
  } catch (error) {
    log.warn({ err: error, room: claims.room }, 'access not decided, media session closed');
  }
  await stage.closeParticipant(claims.room, claims.sub);
}
