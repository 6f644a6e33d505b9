/**
 * Short-lived TURN credentials (draft-uberti-behave-turn-rest-00, as coturn's `use-auth-secret` reads them): the user
 * name carries the time of expiry, the password is its HMAC-SHA1 under the shared secret.
 */
import { createHmac } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { IceServers } from '../protocol/stage.ts';

export interface TurnConfig {
  urls: string[];
  secret: string;
}

const CREDENTIAL_LIFE_SECONDS = 3600;

/** Adds new credentials to an answer that begins a connection, where there is TURN. */
export function withIceServers<T extends object>(
  { config, clock }: { config: { turn: TurnConfig | undefined }; clock: Clock },
  identity: string,
  answer: T,
): T & { iceServers?: IceServers } {
  return config.turn ? { ...answer, iceServers: createIceServers(config.turn, identity, clock.now()) } : answer;
}

export function createIceServers(turn: TurnConfig | undefined, identity: string, nowMs: number): IceServers {
  if (!turn) return [];
  const username = `${Math.floor(nowMs / 1000) + CREDENTIAL_LIFE_SECONDS}:${identity}`;
  const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
  return [{ urls: turn.urls, username, credential }];
}
