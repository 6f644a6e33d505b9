import { routerRtpCapabilities } from './codecs.ts';
import {
  type DtlsParameters,
  type ProduceRequest,
  type RtpCapabilities,
  type SessionGrant,
  SfuError,
  type Viewport,
} from './contract.ts';
import { CLIENT_CODECS_MAX, PREPARED_MAX_MS, VIEWPORT_SIDE_MAX } from './limits.ts';

/**
 * Checks of a request before it reaches a worker. Parameters come from browsers through a gateway, and a node does not
 * rely on the gateway's checks. mediasoup itself validates the details of RTP parameters.
 */

/** Without `subscribe`, a session without tracks for a short time. */
export function assertMayWatch(grant: SessionGrant, nowMs: number): void {
  assertInForce(grant, nowMs);
  const isShort = grant.until !== undefined && grant.until - nowMs <= PREPARED_MAX_MS;
  if (grant.subscribe !== true && !isShort) throw new SfuError('not_entitled', 'The grant does not allow watching.');
}

export function assertMayPublish(grant: SessionGrant, nowMs: number): void {
  assertInForce(grant, nowMs);
  if (grant.publish !== true) throw new SfuError('publish_not_allowed', 'The grant does not allow publishing.');
}

export function isInForce(grant: SessionGrant, nowMs: number): boolean {
  return grant.until === undefined || nowMs < grant.until;
}

export function assertViewport(viewport: Viewport): void {
  const sides = [viewport?.width, viewport?.height];
  if (sides.every((side) => typeof side === 'number' && side >= 0 && side <= VIEWPORT_SIDE_MAX)) return;
  throw invalid(`A viewport has a width and a height from 0 to ${VIEWPORT_SIDE_MAX} device pixels.`);
}

/** Refuses a client that shares no codec with the routers, since it could never receive a track. */
export function assertRtpCapabilities(rtpCapabilities: RtpCapabilities): void {
  const codecs = rtpCapabilities?.codecs;
  if (!Array.isArray(codecs) || codecs.length > CLIENT_CODECS_MAX) {
    throw invalid(`RTP capabilities list at most ${CLIENT_CODECS_MAX} codecs.`);
  }
  const ours = new Set(routerRtpCapabilities.codecs?.map(mediaType));
  const shared = codecs.map(mediaType).filter((type) => type && !type.endsWith('/rtx') && ours.has(type));
  if (shared.length === 0) throw new SfuError('cannot_consume', 'The client shares no codec with this node.');
}

export function assertDtlsParameters(dtlsParameters: DtlsParameters): void {
  const fingerprints = dtlsParameters?.fingerprints;
  if (Array.isArray(fingerprints) && fingerprints.length > 0 && fingerprints.length <= 8) return;
  throw invalid('DTLS parameters hold one to eight certificate fingerprints.');
}

const kindOfSource = { camera: 'video', screen: 'video', microphone: 'audio', screenAudio: 'audio' } as const;

export function assertProduceRequest({ kind, source, rtpParameters, sourceSize }: ProduceRequest): void {
  if (!Object.hasOwn(kindOfSource, source)) throw invalid(`Unknown track source ${String(source)}.`);
  if (kindOfSource[source] !== kind)
    throw invalid(`A ${source} track is ${kindOfSource[source]}, not ${String(kind)}.`);
  if (!rtpParameters || typeof rtpParameters !== 'object') throw invalid('RTP parameters are missing.');
  if (!sourceSize) return;
  assertViewport(sourceSize);
  if (sourceSize.width < 1 || sourceSize.height < 1)
    throw invalid('A picture is at least one pixel wide and one pixel high.');
}

function assertInForce(grant: SessionGrant, nowMs: number): void {
  const named = [grant?.room, grant?.identity].every((name) => typeof name === 'string' && name !== '');
  if (!named) throw new SfuError('not_entitled', 'A grant names a room and an identity.');
  if (!isInForce(grant, nowMs)) throw new SfuError('not_entitled', 'The grant has expired.');
}

function mediaType(codec: unknown): string | undefined {
  const type = (codec as { mimeType?: unknown } | null)?.mimeType;
  return typeof type === 'string' ? type.toLowerCase() : undefined;
}

function invalid(message: string): SfuError {
  return new SfuError('invalid_media_parameters', message);
}
