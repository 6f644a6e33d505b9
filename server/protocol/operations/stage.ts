/** The stage: who publishes, who watches, and what of it flows. On sockets, but for the first session of a viewer. */

import { z } from 'zod';
import {
  connectInput,
  endLiveInput,
  muteInput,
  prepareAnswer,
  prepareInput,
  preparePublishInput,
  produceInput,
  publishAnswer,
  publishInput,
  restartIceAnswer,
  restartVideoAnswer,
  restartVideoInput,
  resumeAnswer,
  resumeInput,
  sentLayersInput,
  sessionInput,
  takeStageAnswer,
  takeStageInput,
  unproduceInput,
  viewportInput,
  watchAheadAnswer,
  watchAheadInput,
  watchAnswer,
  watchInput,
} from '../stage.ts';
import { operation, socketOperation } from './contract.ts';

const WATCHING = { from: 'inside', limit: 'stage' } as const;
const PUBLISHING = { from: 'inside', right: 'publish', limit: 'stage' } as const;

export const stageContract = {
  watchRoom: operation({
    http: 'POST /v1/rooms/:id/watch',
    by: ['participant'],
    from: 'lobby',
    limit: 'stage',
    tokenInBody: true,
    input: watchAheadInput,
    example: {
      rtpCapabilities: { router: 'af63dc4c8601ec8c', codecs: [100, 101, 102], headerExtensions: [1, 4, 5, 10] },
      dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: 'AB:CD' }] },
      viewport: { width: 640, height: 360 },
    },
    answer: watchAheadAnswer,
    summary: 'Watch before the socket is open',
    description:
      'For the SDK, which saves two round trips with it: opens a media session that the socket of the same participant has to take over by `stage:resume` within ten seconds. A page of another site sends the body as `text/plain` with the room token in `token`, so that its browser asks no preflight.',
  }),
  'stage:watch': socketOperation({ ...WATCHING, input: watchInput, answer: watchAnswer }),
  /** In the lobby: from then on `rooms:accessGranted` carries the answer to `stage:watch`. */
  'stage:prepare': socketOperation({ from: 'lobby', limit: 'stage', input: prepareInput, answer: prepareAnswer }),
  'stage:publish': socketOperation({ ...PUBLISHING, input: publishInput, answer: publishAnswer }),
  'stage:preparePublish': socketOperation({ ...PUBLISHING, input: preparePublishInput, answer: publishAnswer }),
  'stage:takeStage': socketOperation({ ...PUBLISHING, input: takeStageInput, answer: takeStageAnswer }),
  'stage:connect': socketOperation({ ...WATCHING, input: connectInput }),
  'stage:restartIce': socketOperation({ ...WATCHING, input: sessionInput, answer: restartIceAnswer }),
  /**
   * Resumes one's own media session after the socket was lost. Refused with `session_not_found` if it has ended, and
   * for a publisher with `live_over`, `live_interrupted` or `live_replaced` if the live must not be restored.
   */
  'stage:resume': socketOperation({ ...WATCHING, input: resumeInput, answer: resumeAnswer }),
  'stage:leave': socketOperation({ from: 'lobby', limit: 'stage', input: sessionInput }),
  'stage:produce': socketOperation({
    ...PUBLISHING,
    input: produceInput,
    answer: z.object({ producerId: z.string() }),
  }),
  'stage:unproduce': socketOperation({ ...PUBLISHING, input: unproduceInput }),
  'stage:mute': socketOperation({ ...PUBLISHING, input: muteInput }),
  'stage:sentLayers': socketOperation({ ...PUBLISHING, input: sentLayersInput }),
  /** A publication that another page has replaced ends nothing. */
  'stage:endLive': socketOperation({ ...PUBLISHING, input: endLiveInput }),
  'stage:viewport': socketOperation({ ...WATCHING, input: viewportInput }),
  'stage:restartVideo': socketOperation({ ...WATCHING, input: restartVideoInput, answer: restartVideoAnswer }),
  'stage:play': socketOperation({ ...WATCHING, input: sessionInput }),
};
