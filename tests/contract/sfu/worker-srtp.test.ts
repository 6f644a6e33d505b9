import { createWorker } from 'mediasoup';
import type { Consumer, Producer, Router, Worker } from 'mediasoup/types';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PlainSrtpPeer } from '../../support/media/plain-srtp-peer.ts';
import { rtpHeaderLength, type SrtpProfile, srtpProfiles } from '../../support/media/rtp-srtp.ts';

// The worker may have been built against another libsrtp version. Tests its SRTP against an implementation without
// shared code, in both directions and for each suite.

const VP8 = { kind: 'video' as const, mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 101 };
const PUBLISHER_SSRC = 0x1234_5678;
const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;
const PICTURE_LOSS = 1;
const GENERIC_NACK = 1;

let worker: Worker;
let router: Router;

beforeAll(async () => {
  worker = await createWorker({ logLevel: 'error' });
  router = await worker.createRouter({ mediaCodecs: [VP8] });
});

afterAll(() => worker?.close());

describe.each(Object.values(srtpProfiles) as SrtpProfile[])('$name', (profile) => {
  let publisher: PlainSrtpPeer;
  let viewer: PlainSrtpPeer;
  let producer: Producer;
  let consumer: Consumer;
  let consumerSsrc: number;

  beforeEach(async () => {
    publisher = await PlainSrtpPeer.create(router, profile);
    viewer = await PlainSrtpPeer.create(router, profile);
    producer = await publisher.transport.produce({
      kind: 'video',
      rtpParameters: {
        codecs: [{ mimeType: 'video/VP8', clockRate: 90_000, payloadType: 101, rtcpFeedback: feedback }],
        encodings: [{ ssrc: PUBLISHER_SSRC }],
        rtcp: { cname: 'publisher' },
      },
    });
    consumer = await viewer.transport.consume({
      producerId: producer.id,
      // Without RTX, so that a retransmission is the same packet, protected again.
      rtpCapabilities: { codecs: [{ ...VP8, rtcpFeedback: feedback }] },
    });
    consumerSsrc = consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
  });

  afterEach(() => {
    publisher.close();
    viewer.close();
  });

  test('forwarded RTP authenticates on the other side, across a rollover of the sequence number', async () => {
    const sizes = [20, 1, 64, 1180, 3, 500, 16, 15, 17, 1000];
    const payloads = sizes.map((size, number) => vp8Payload(number, size));
    for (const [number, payload] of payloads.entries()) {
      await publisher.sendRtp(rtpPacket((0xfffa + number) & 0xffff, payload));
    }
    await viewer.waitFor(() => (viewer.rtp.length === payloads.length ? true : undefined));
    expect(viewer.rtp.map(payloadOf)).toEqual(payloads);
    expect(viewer.refused).toEqual([]);
  });

  test('RTP header extensions stay in clear and are authenticated', async () => {
    const extension = Buffer.from('bede000110aa0000', 'hex');
    const packet = rtpPacket(7, vp8Payload(0, 40), extension);
    const sealed = publisher.outbound.protectRtp(packet);
    const tampered = Buffer.from(sealed);
    tampered.writeUInt8(0xab, 17);
    await publisher.sendRaw(tampered);
    await publisher.sendRaw(sealed);
    const arrived = await viewer.waitFor(() => viewer.rtp[0]);
    expect(payloadOf(arrived)).toEqual(vp8Payload(0, 40));
    expect(viewer.rtp).toHaveLength(1);
  });

  test('refuses RTP that is modified, replayed, truncated or encrypted with another key', async () => {
    const first = publisher.outbound.protectRtp(rtpPacket(1, vp8Payload(0, 50)));
    await publisher.sendRaw(first);
    const victim = publisher.outbound.protectRtp(rtpPacket(2, vp8Payload(1, 50)));
    for (let at = 0; at < victim.length; at++) {
      const tampered = Buffer.from(victim);
      tampered.writeUInt8(tampered.readUInt8(at) ^ 0x01, at);
      await publisher.sendRaw(tampered);
      await publisher.sendRaw(victim.subarray(0, at));
    }
    await publisher.sendRaw(first);
    await publisher.sendRaw(viewer.outbound.protectRtp(rtpPacket(3, vp8Payload(2, 50))));
    await publisher.sendRtp(rtpPacket(4, vp8Payload(3, 50)));

    await viewer.waitFor(() => viewer.rtp.map(payloadOf).find((payload) => payload.equals(vp8Payload(3, 50))));
    expect(viewer.rtp.map(payloadOf)).toEqual([vp8Payload(0, 50), vp8Payload(3, 50)]);
    const [stats] = await producer.getStats();
    expect(stats).toMatchObject({ packetCount: 2 });
    expect(worker.closed).toBe(false);
  });

  test('a retransmission repeats the packet, protected with the same index', async () => {
    await publisher.sendRtp(rtpPacket(100, vp8Payload(0, 90)));
    await publisher.sendRtp(rtpPacket(101, vp8Payload(1, 90)));
    await publisher.sendRtp(rtpPacket(102, vp8Payload(2, 90)));
    const lost = await viewer.waitFor(() => viewer.rtp[1] && viewer.rtp[2] && viewer.rtp[1]);
    const packetId = Buffer.alloc(4);
    packetId.writeUInt16BE(lost.readUInt16BE(2));
    await viewer.sendRtcp(feedbackPacket(TRANSPORT_FEEDBACK, GENERIC_NACK, consumerSsrc, packetId));
    const repeated = await viewer.waitFor(() => viewer.rtp[3]);
    expect(repeated.readUInt16BE(2)).toBe(lost.readUInt16BE(2));
    expect(payloadOf(repeated)).toEqual(payloadOf(lost));
    expect(viewer.refused).toEqual([]);
  });

  test('RTCP from the worker authenticates: sender reports to the viewer, receiver reports to the publisher', async () => {
    let sequence = 1;
    const timer = setInterval(() => {
      void publisher.sendRtp(rtpPacket(sequence, vp8Payload(sequence - 1, 200)));
      sequence += 1;
    }, 20);
    try {
      const senderReport = await viewer.waitFor(() => findRtcp(viewer, SENDER_REPORT));
      expect(senderReport.readUInt32BE(4)).toBe(consumerSsrc);
      const packetsSent = senderReport.readUInt32BE(20);
      expect(packetsSent).toBeGreaterThan(0);
      expect(senderReport.readUInt32BE(24)).toBeGreaterThanOrEqual(packetsSent * 200);
      const receiverReport = await publisher.waitFor(() => findRtcp(publisher, RECEIVER_REPORT));
      expect(receiverReport.readUInt32BE(8)).toBe(PUBLISHER_SSRC);
      expect(receiverReport.readUInt32BE(12)).toBe(0);
    } finally {
      clearInterval(timer);
    }
    expect([...viewer.refused, ...publisher.refused]).toEqual([]);
  });

  test('RTCP to the worker is accepted: a viewer’s request for a key frame reaches the publisher', async () => {
    await publisher.sendRtp(rtpPacket(1, vp8Payload(0, 90)));
    await viewer.waitFor(() => viewer.rtp[0]);
    const before = countRtcp(publisher, PAYLOAD_FEEDBACK);
    const request = feedbackPacket(PAYLOAD_FEEDBACK, PICTURE_LOSS, consumerSsrc);

    // None of these may have an effect; the genuine packet after them does.
    const sealed = viewer.outbound.protectRtcp(request);
    for (let at = 0; at < sealed.length; at++) {
      const tampered = Buffer.from(sealed);
      tampered.writeUInt8(tampered.readUInt8(at) ^ 0x01, at);
      await viewer.sendRaw(tampered);
      await viewer.sendRaw(sealed.subarray(0, at));
    }
    await viewer.sendRaw(publisher.outbound.protectRtcp(request));
    await viewer.sendRaw(sealed);
    await viewer.sendRaw(sealed);

    await publisher.waitFor(() => (countRtcp(publisher, PAYLOAD_FEEDBACK) > before ? true : undefined));
    const forwarded = findRtcp(publisher, PAYLOAD_FEEDBACK);
    expect(forwarded?.readUInt32BE(8)).toBe(PUBLISHER_SSRC);
    const stats = await consumer.getStats();
    expect(stats.find(({ type }) => type === 'outbound-rtp')).toMatchObject({ pliCount: 1 });
  });
});

const feedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];

/** The first packet starts like a key frame (RFC 7741 §4.3), with which a stream begins. */
function vp8Payload(number: number, size: number): Buffer {
  const payload = Buffer.alloc(size, number + 1);
  if (number === 0) Buffer.from('100000009d012a40018000', 'hex').copy(payload);
  else payload.writeUInt8(0x00, 0);
  return payload;
}

function rtpPacket(sequence: number, payload: Buffer, extension = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(extension.length > 0 ? 0x90 : 0x80, 0);
  header.writeUInt8(VP8.preferredPayloadType, 1);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(90_000 + sequence, 4);
  header.writeUInt32BE(PUBLISHER_SSRC, 8);
  return Buffer.concat([header, extension, payload]);
}

/** A feedback message (RFC 4585 §6.1) after the empty receiver report that starts a compound packet. */
function feedbackPacket(payloadType: number, format: number, mediaSsrc: number, information = Buffer.alloc(0)): Buffer {
  const report = Buffer.from([0x80, RECEIVER_REPORT, 0, 1, 0, 0, 0, 9]);
  const message = Buffer.alloc(12);
  message.writeUInt8(0x80 | format, 0);
  message.writeUInt8(payloadType, 1);
  message.writeUInt16BE(2 + information.length / 4, 2);
  message.writeUInt32BE(9, 4);
  message.writeUInt32BE(mediaSsrc, 8);
  return Buffer.concat([report, message, information]);
}

function payloadOf(packet: Buffer): Buffer {
  return packet.subarray(rtpHeaderLength(packet));
}

function rtcpOf(peer: PlainSrtpPeer, payloadType: number): Buffer[] {
  return peer.rtcp.flatMap(splitCompound).filter((packet) => packet.readUInt8(1) === payloadType);
}

function countRtcp(peer: PlainSrtpPeer, payloadType: number): number {
  return rtcpOf(peer, payloadType).length;
}

/** The latest packet of this type. */
function findRtcp(peer: PlainSrtpPeer, payloadType: number): Buffer | undefined {
  return rtcpOf(peer, payloadType)
    .filter((packet) => packet.length >= 12)
    .at(-1);
}

function splitCompound(compound: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at + 4 <= compound.length; ) {
    const length = 4 * (compound.readUInt16BE(at + 2) + 1);
    packets.push(compound.subarray(at, at + length));
    at += length;
  }
  return packets;
}
