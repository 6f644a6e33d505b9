/** Opens a session to send over: asks the server for it, and tells the server of every track that is put on its transport. */
import type { SessionId } from '../../server/protocol/ids.ts';
import type { RequestInput } from '../../server/protocol/realtime.ts';
import type { TrackSource } from '../../server/protocol/stage.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import type { MediaEngine } from './media-engine.ts';
import { MediaTransport } from './media-transport.ts';

interface PublishSessionOptions {
  engine: MediaEngine;
  connection: Pick<Connection, 'request' | 'state'>;
  log: Log;
  isMuted(source: TrackSource): boolean;
  onBroken(): void;
  /** The session for which this one is a spare. */
  spareOf?: SessionId;
}

export async function openPublishSession(options: PublishSessionOptions): Promise<MediaTransport> {
  const { engine, connection, log, isMuted, onBroken, spareOf } = options;
  const [, dtlsParameters] = await Promise.all([engine.ready(), engine.dtlsParameters()]);
  const answer = await connection.request('stage:publish', {
    ...(dtlsParameters && { dtlsParameters }),
    ...(spareOf && { spareOf }),
  });
  const media = await MediaTransport.create({ direction: 'send', answer, engine, connection, log, onBroken });
  media.transport.on('produce', ({ kind, rtpParameters, appData }, callback, errback) => {
    const source = appData.source as TrackSource;
    connection
      .request('stage:produce', {
        session: media.session,
        kind,
        source,
        // mediasoup's own JSON, checked by the SFU.
        rtpParameters: rtpParameters as unknown as RequestInput<'stage:produce'>['rtpParameters'],
        muted: isMuted(source),
      })
      .then(({ producerId }) => callback({ id: producerId }), errback);
  });
  return media;
}
