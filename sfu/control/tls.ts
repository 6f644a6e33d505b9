import { hkdfSync } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';

/**
 * Authenticates the control API with `LOGE_SFU_SECRET`, in TLS 1.3 with pre-shared keys (RFC 8446 §2.2) and an
 * ephemeral key exchange. Both ends prove that they hold the secret, recorded traffic cannot be replayed, and the keys
 * of sessions and pipes stay confidential. No certificate has to be issued or renewed. A node may accept two secrets
 * during a rotation.
 */

/** Changes with this authentication scheme, so that ends with different schemes fail in the handshake. */
const IDENTITY_PREFIX = 'loge-sfu.1.';
const CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256';
const HANDSHAKE_TIMEOUT_MS = 5_000;

interface PresharedKey {
  identity: string;
  key: Buffer;
}

export function serverTls(secrets: readonly string[]): ServerOptions {
  const keys = new Map(secrets.map((secret) => presharedKey(secret)).map(({ identity, key }) => [identity, key]));
  return {
    ciphers: CIPHERS,
    minVersion: 'TLSv1.3',
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    pskCallback: (_socket, identity) => keys.get(identity) ?? null,
  };
}

export function clientTls(secret: string): ConnectionOptions {
  const { identity, key } = presharedKey(secret);
  return {
    ciphers: CIPHERS,
    minVersion: 'TLSv1.3',
    pskCallback: () =>
      ({ psk: key as DataView<ArrayBuffer> | Buffer, identity }) as ReturnType<
        NonNullable<ConnectionOptions['pskCallback']>
      >,
    // A handshake with the pre-shared key has no certificate. OpenSSL would also accept a certificate, so no root is
    // trusted, no certificate has the right name, and NODE_TLS_REJECT_UNAUTHORIZED has no effect.
    ca: [],
    rejectUnauthorized: true,
    checkServerIdentity: () => new Error('The server did not prove that it holds the SFU secret.'),
  };
}

/** The key, and an identity that reveals nothing about it. */
function presharedKey(secret: string): PresharedKey {
  const derive = (info: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'loge sfu control', info, length));
  return { identity: IDENTITY_PREFIX + derive('identity', 8).toString('hex'), key: derive('key', 32) };
}
