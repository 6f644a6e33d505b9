/**
 * What a client can receive, described as a part of the routers' capabilities. Read by the server and the SDK: both
 * have the routers' capabilities, so that a few numbers stand for the 12 KB of a browser's own.
 */
import type { z } from 'zod';
import type { Receiver, rtpCapabilities } from './stage.ts';

type Capabilities = z.infer<typeof rtpCapabilities>;
type CapabilityJson = NonNullable<Capabilities['codecs']>[number];
type Without = NonNullable<Receiver['without']>;
interface Feedback {
  type: string;
  parameter?: string;
}

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
  const feedback: Without['feedback'] = [];
  for (const codec of own.codecs ?? []) {
    const counterpart = offered.get(codec.preferredPayloadType);
    if (!counterpart || mimeTypeOf(counterpart) !== mimeTypeOf(codec)) return null;
    const [all, had] = [feedbackOf(counterpart), feedbackOf(codec)];
    if (had.some((type) => !all.includes(type))) return null;
    const payloadType = codec.preferredPayloadType as number;
    codecs.push(payloadType);
    if (had.length < all.length)
      feedback.push({ codec: payloadType, types: all.filter((type) => !had.includes(type)) });
  }
  if (codecs.length === 0) return null;
  const had = (own.headerExtensions ?? []).map(extensionOf);
  const ids = new Set(had.map(({ id }) => id));
  const headerExtensions = (router.headerExtensions ?? [])
    .map(extensionOf)
    .filter(({ kind, id }) => ids.has(id) && !had.some((it) => it.kind === kind && it.id === id));
  const isWhole = feedback.length === 0 && headerExtensions.length === 0;
  return {
    router: hashCapabilities(router),
    codecs,
    headerExtensions: [...ids],
    ...(!isWhole && { without: { feedback, headerExtensions } }),
  };
}

/** The capabilities that a receiver of this router describes. */
export function expandReceiver(router: Capabilities, receiver: Receiver): Capabilities {
  const { codecs, headerExtensions, without } = receiver;
  return {
    codecs: router.codecs
      ?.filter(({ preferredPayloadType }) => codecs.includes(preferredPayloadType as number))
      .map((codec) => {
        const lacked = without?.feedback.find((it) => it.codec === codec.preferredPayloadType)?.types ?? [];
        return { ...codec, rtcpFeedback: feedbackIn(codec).filter((it) => !lacked.includes(typeOf(it))) };
      }),
    headerExtensions: router.headerExtensions?.filter((extension) => {
      const { kind, id } = extensionOf(extension);
      return headerExtensions.includes(id) && !without?.headerExtensions.some((it) => it.kind === kind && it.id === id);
    }),
  };
}

function mimeTypeOf({ mimeType }: CapabilityJson): string {
  return String(mimeType).toLowerCase();
}

function feedbackIn({ rtcpFeedback }: CapabilityJson): Feedback[] {
  return (rtcpFeedback ?? []) as Feedback[];
}

function feedbackOf(codec: CapabilityJson): string[] {
  return feedbackIn(codec).map(typeOf);
}

function typeOf({ type, parameter }: Feedback): string {
  return parameter ? `${type} ${parameter}` : type;
}

function extensionOf({ kind, preferredId }: CapabilityJson): Without['headerExtensions'][number] {
  return { kind: kind as 'audio' | 'video', id: preferredId as number };
}
