/**
 * What a client can receive, described as a part of the routers' capabilities. Read by the server and the SDK: both
 * have the routers' capabilities, so that a few numbers stand for the 12 KB of a browser's own.
 */
import type { z } from 'zod';
import type { Receiver, rtpCapabilities } from './stage.ts';

type Capabilities = z.infer<typeof rtpCapabilities>;
type CapabilityJson = NonNullable<Capabilities['codecs']>[number];

/** Names the routers' capabilities: those of two versions of the server have different hashes (FNV-1a, 32 bits). */
export function hashCapabilities(router: Capabilities): string {
  const text = JSON.stringify(router);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}-${(hash >>> 0).toString(16)}`;
}

/** Null where the client's own capabilities, as reduced to the routers', are not simply a part of them. */
export function describeReceiver(router: Capabilities, own: Capabilities): Receiver | null {
  const offered = new Map((router.codecs ?? []).map((codec) => [codec.preferredPayloadType, codec]));
  const codecs: number[] = [];
  for (const codec of own.codecs ?? []) {
    const counterpart = offered.get(codec.preferredPayloadType);
    if (!counterpart || feedbackOf(counterpart) !== feedbackOf(codec)) return null;
    codecs.push(codec.preferredPayloadType as number);
  }
  if (codecs.length === 0) return null;
  const headerExtensions = [...new Set((own.headerExtensions ?? []).map(({ preferredId }) => preferredId as number))];
  return { router: hashCapabilities(router), codecs, headerExtensions };
}

/** The capabilities that a receiver of this router describes. */
export function expandReceiver(router: Capabilities, receiver: Receiver): Capabilities {
  return {
    codecs: router.codecs?.filter(({ preferredPayloadType }) =>
      receiver.codecs.includes(preferredPayloadType as number),
    ),
    headerExtensions: router.headerExtensions?.filter(({ preferredId }) =>
      receiver.headerExtensions.includes(preferredId as number),
    ),
  };
}

function feedbackOf({ mimeType, rtcpFeedback }: CapabilityJson): string {
  const feedback = (rtcpFeedback ?? []) as { type: string; parameter?: string }[];
  return JSON.stringify([
    String(mimeType).toLowerCase(),
    ...feedback.map(({ type, parameter = '' }) => `${type} ${parameter}`).sort(),
  ]);
}
