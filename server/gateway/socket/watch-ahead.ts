/**
 * Opens a viewer's media session over HTTP, while their socket is still being opened. The session waits for the socket,
 * at whichever gateway, to take it over by `stage:resume`.
 */
import type { TokenClaims } from '../../protocol/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import type { WatchAheadAnswer, WatchInput } from '../../protocol/stage.ts';
import { createIceServers } from '../../stage/turn.ts';
import type { Admitted, GatewayContext } from '../context.ts';

export async function watchAhead(
  context: GatewayContext,
  { claims, access }: Admitted,
  input: WatchInput,
): Promise<WatchAheadAnswer> {
  if (access.state !== 'granted') return { access, watching: null };
  const { room, sub: identity, iss: issuer } = claims;
  try {
    const answer = await context.stage.watch(
      { room, identity, issuer, socket: undefined, access, publish: false },
      input,
    );
    void closeIfRevoked(context, claims);
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
async function closeIfRevoked({ apiKeys, rooms, stage, log }: GatewayContext, claims: TokenClaims): Promise<void> {
  try {
    if (apiKeys.ring.isLive(claims.iss) && (await rooms.admit(claims)).access.state === 'granted') return;
  } catch (error) {
    log.warn({ err: error, room: claims.room }, 'access not decided, media session closed');
  }
  await stage.closeParticipant(claims.room, claims.sub);
}
