import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The part of STUN (RFC 8489) and ICE (RFC 8445) that a client of an ICE-lite server needs. */

const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const PRIORITY = 0x0024;
const USE_CANDIDATE = 0x0025;
const FINGERPRINT = 0x8028;
const ICE_CONTROLLING = 0x802a;

export interface IceCredentials {
  localUsername: string;
  remoteUsername: string;
  remotePassword: string;
}

/** A connectivity check that also nominates the pair, as a controlling agent may towards ICE-lite. */
export function bindingRequest({ localUsername, remoteUsername, remotePassword }: IceCredentials): Buffer {
  const attributes = [
    attribute(USERNAME, Buffer.from(`${remoteUsername}:${localUsername}`)),
    attribute(PRIORITY, Buffer.from([0x6e, 0x00, 0x1e, 0xff])),
    attribute(ICE_CONTROLLING, randomBytes(8)),
    attribute(USE_CANDIDATE, Buffer.alloc(0)),
  ];
  const header = Buffer.alloc(20);
  header.writeUInt16BE(BINDING_REQUEST, 0);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  randomBytes(12).copy(header, 8);
  let message = Buffer.concat([header, ...attributes]);
  // Each of the two integrity attributes covers all preceding bytes, with a length that includes the attribute itself.
  message.writeUInt16BE(message.length - 20 + 24, 2);
  message = Buffer.concat([
    message,
    attribute(MESSAGE_INTEGRITY, createHmac('sha1', remotePassword).update(message).digest()),
  ]);
  message.writeUInt16BE(message.length - 20 + 8, 2);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(message) ^ 0x5354554e) >>> 0);
  return Buffer.concat([message, attribute(FINGERPRINT, fingerprint)]);
}

export function isStun(packet: Buffer): boolean {
  return packet.length >= 20 && (packet[0] ?? 255) < 4 && packet.readUInt32BE(4) === MAGIC_COOKIE;
}

export function isBindingSuccess(packet: Buffer): boolean {
  return packet.readUInt16BE(0) === BINDING_SUCCESS;
}

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}
