/** Opens a session to send over. */
import type { SessionId } from '../../../../server/protocol/ids.ts';
import type { Connection } from '../../connection/connection.ts';
import type { Log } from '../../log.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { MediaTransport } from '../../media/media-transport.ts';

interface PublishSessionOptions {
  engine: MediaEngine;
  connection: Pick<Connection, 'request' | 'state'>;
  log: Log;
  onBroken(): void;
  /** Which going-live the session belongs to. */
  publication: string;
  /** Nobody has asked for it just now: the server refuses when the live is over or another page has taken it over. */
  restore: boolean;
  /** The session for which this one is a spare. */
  spareOf: SessionId | undefined;
}

export async function openPublishSession(options: PublishSessionOptions): Promise<MediaTransport> {
  const { engine, connection, log, onBroken, publication, restore, spareOf } = options;
  const [, dtlsParameters] = await Promise.all([engine.ready(), engine.dtlsParameters()]);
  const answer = await connection.request('stage:publish', {
    publication,
    restore,
    ...(dtlsParameters && { dtlsParameters }),
    ...(spareOf && { spareOf }),
  });
  return MediaTransport.create({ direction: 'send', answer, engine, connection, log, onBroken });
}
