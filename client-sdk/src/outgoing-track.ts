/** A local track that should be on stage, and what has to be told of it to those who have it there. */
import type { Producer } from 'mediasoup-client/types';
import type { SessionId } from '../../server/protocol/ids.ts';
import type { TrackSource } from '../../server/protocol/stage.ts';
import type { Connection } from './connection.ts';

export interface OutgoingTrack {
  readonly source: TrackSource;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
}

interface SentTrack {
  connection: Pick<Connection, 'requestReliably'>;
  session: SessionId;
  producer: Producer;
}

export async function tellMuted({ connection, session, producer }: SentTrack, muted: boolean): Promise<void> {
  if (muted) producer.pause();
  else producer.resume();
  await connection.requestReliably('stage:mute', { session, producerId: producer.id, muted });
}

/** It was made ready a while ago: a device may have been changed, or muted, since. What the server knows of that is told anew. */
export async function matchTrack(sent: SentTrack, { track, muted }: OutgoingTrack): Promise<void> {
  if (sent.producer.track !== track) await sent.producer.replaceTrack({ track });
  await tellMuted(sent, muted);
}
