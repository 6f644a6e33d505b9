import { z } from 'zod';
import { closeReason, consumerOptions, id } from './values.ts';

const about = { room: z.string(), session: id };

export const sfuEvent = z.discriminatedUnion('type', [
  /** New tracks for a viewer; the consumers exist and run. */
  z.object({ type: z.literal('consumersAdded'), ...about, consumers: z.array(consumerOptions) }),
  z.object({
    type: z.literal('consumersRemoved'),
    ...about,
    consumerIds: z.array(id),
    /** The publisher did not take these tracks off: it lost its connection to the stage and is expected back. */
    lost: z.boolean().default(false),
  }),
  /** The publisher muted or unmuted a track. */
  z.object({ type: z.literal('trackMuted'), ...about, consumerId: id, muted: z.boolean() }),
  /**
   * To the publisher, for video tracks only: the highest simulcast layer that anybody watches, -1 when nobody does. A
   * track starts with all its layers wanted. Only changes are sent: a rise at once, a fall after a short delay.
   */
  z.object({ type: z.literal('layersWanted'), ...about, producerId: id, maxSpatialLayer: z.number().int() }),
  /**
   * To the publisher, a hint: viewers wait for a key frame, and RTCP cannot request it soon enough (browsers answer one
   * PLI in 300 ms). A publisher that can make one at once (`RTCRtpSender.setParameters` with `encodingOptions: [{
   * keyFrame: true }]`) saves them up to a third of a second; others ignore it. At most ten a second, and far fewer
   * over time.
   */
  z.object({ type: z.literal('keyFrameWanted'), ...about, producerId: id }),
  /**
   * To the publisher: packets queue up before their line, which carries about this share of what they send.
   * Whatever they send next waits behind that queue.
   */
  z.object({ type: z.literal('uplinkNarrow'), ...about, share: z.number().min(0).max(1) }),
  /**
   * The session's worker died and its spare, named `by`, has replaced it: the spare's tracks are on stage, or the
   * spare's consumers run. The session is over; no further event concerns it.
   */
  z.object({ type: z.literal('takenOver'), ...about, by: id }),
  /**
   * Nothing more is sent over a metered session, since its client has not reported for a while that it receives
   * anything, in this session or an earlier one of the same person in the room. `play` ends the pause.
   */
  z.object({ type: z.literal('paused'), ...about }),
  /**
   * The person came back through another gateway, which owns the session from now on. This gateway gets no further
   * event of it.
   */
  z.object({ type: z.literal('adopted'), ...about }),
  /** The node ended a session. */
  z.object({ type: z.literal('sessionClosed'), ...about, reason: closeReason }),
  /**
   * ICE or DTLS changed. `disconnected` asks for an ICE restart, `failed` (DTLS refused or ended) for a new session.
   */
  z.object({ type: z.literal('transportState'), ...about, state: z.enum(['connected', 'disconnected', 'failed']) }),
]);
/** Facts that a node sends to the gateway that owns `session`. */
export type SfuEvent = z.infer<typeof sfuEvent>;
