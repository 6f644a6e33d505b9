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
  'stage:watch': socketOperation({
    ...WATCHING,
    input: watchInput,
    answer: watchAnswer,
    summary: 'Open a media session to watch',
  }),
  'stage:prepare': socketOperation({
    from: 'lobby',
    limit: 'stage',
    input: prepareInput,
    answer: prepareAnswer,
    summary: 'Say ahead how one will watch',
    description:
      'With capabilities as a part of the routers’ (R12a). With `open`, who could buy access gets a session that carries nothing yet. From then on `rooms:accessGranted` on this socket carries `watching` (R12c).',
  }),
  'stage:publish': socketOperation({
    ...PUBLISHING,
    input: publishInput,
    answer: publishAnswer,
    summary: 'Open a media session to publish',
  }),
  'stage:preparePublish': socketOperation({
    ...PUBLISHING,
    input: preparePublishInput,
    answer: publishAnswer,
    summary: 'Open a media session that is not on stage',
    description: 'See R15d.',
  }),
  'stage:takeStage': socketOperation({
    ...PUBLISHING,
    input: takeStageInput,
    answer: takeStageAnswer,
    summary: 'Put a prepared session on stage with its tracks',
    description: 'The answer is in the order of the tracks.',
  }),
  'stage:connect': socketOperation({ ...WATCHING, input: connectInput, summary: 'Connect the transport of a session' }),
  'stage:restartIce': socketOperation({
    ...WATCHING,
    input: sessionInput,
    answer: restartIceAnswer,
    summary: 'Restart ICE of a session',
    description:
      'Where there is TURN, the answer has servers with new credentials, which last an hour, in place of those of the welcome.',
  }),
  'stage:resume': socketOperation({
    ...WATCHING,
    input: resumeInput,
    answer: resumeAnswer,
    summary: "Resume one's own media session after the socket was lost",
    description:
      'The answer names what the session and its spare receive now; what is not named is gone. With `restartIce` it has the answer to `stage:restartIce` too. Refused with `session_not_found` if the session has ended, and for a publisher with `live_over`, `live_interrupted` or `live_replaced` if the live must not be restored.',
  }),
  'stage:leave': socketOperation({
    from: 'lobby',
    limit: 'stage',
    input: sessionInput,
    summary: 'Leave a media session',
  }),
  'stage:produce': socketOperation({
    ...PUBLISHING,
    input: produceInput,
    answer: z.object({ producerId: z.string() }),
    summary: 'Publish a track',
  }),
  'stage:unproduce': socketOperation({ ...PUBLISHING, input: unproduceInput, summary: 'End a track' }),
  'stage:mute': socketOperation({ ...PUBLISHING, input: muteInput, summary: 'Mute a track, or open it again' }),
  'stage:sentLayers': socketOperation({
    ...PUBLISHING,
    input: sentLayersInput,
    summary: 'Say which simulcast layer the bandwidth allows at most',
  }),
  'stage:endLive': socketOperation({
    ...PUBLISHING,
    input: endLiveInput,
    summary: 'End the live',
    description: 'A publication that another page has replaced ends nothing.',
  }),
  'stage:viewport': socketOperation({
    ...WATCHING,
    input: viewportInput,
    summary: 'Say how large the picture is shown, in device pixels',
  }),
  'stage:restartVideo': socketOperation({
    ...WATCHING,
    input: restartVideoInput,
    answer: restartVideoAnswer,
    summary: 'Adapt what is sent to a line that video stalls on',
    description: 'See R13b.',
  }),
  'stage:play': socketOperation({
    ...WATCHING,
    input: sessionInput,
    summary: 'Continue a paused session',
    description: '`rate_limited` with the time to wait where too many pauses were ended.',
  }),
};
