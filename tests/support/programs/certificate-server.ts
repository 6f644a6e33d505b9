import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { WebSocketServer } from 'ws';

/** A self-signed certificate for 127.0.0.1. Its key is not secret: only this test server uses it. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBqTCCAU6gAwIBAgIUXuw5wJnnBewhQyUy+ji62IbFoXkwCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVbG9nZSB0ZXN0IGNlcnRpZmljYXRlMCAXDTIwMDEwMTAwMDAw
MFoYDzIxMjAwMTAxMDAwMDAwWjAgMR4wHAYDVQQDDBVsb2dlIHRlc3QgY2VydGlm
aWNhdGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT6+iAw77iFCwbBn/s+cbba
EjE7D4CZlKE4PX4zmL43KYHamiFsjbC8Y0FBoKinAi0jaVY1HFhthAiuTQqMD9QL
o2QwYjAdBgNVHQ4EFgQUrQuvX9wYu1dDfCuVEUb+ESp62E8wHwYDVR0jBBgwFoAU
rQuvX9wYu1dDfCuVEUb+ESp62E8wDwYDVR0TAQH/BAUwAwEB/zAPBgNVHREECDAG
hwR/AAABMAoGCCqGSM49BAMCA0kAMEYCIQDQ7+3xKa6pbW/Chgrj1DihbR496H+2
hQ79HGSvH4v2wQIhAIt5NVLMLuW1gV54bpfiXNoMpYmrvgr11lp61vuufz3w
-----END CERTIFICATE-----`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdAbeTx7zazSleZD9
5PEHP8l6NL0LCjqyqkYJ6qj0UfWhRANCAAT6+iAw77iFCwbBn/s+cbbaEjE7D4CZ
lKE4PX4zmL43KYHamiFsjbC8Y0FBoKinAi0jaVY1HFhthAiuTQqMD9QL
-----END PRIVATE KEY-----`;

/** A WebSocket server whose certificate this process trusts at its address, without a pre-shared key. */
export async function openCertificateServer() {
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, CERTIFICATE]);
  const upgrades: IncomingMessage[] = [];
  const server = createServer({ cert: CERTIFICATE, key: KEY, minVersion: 'TLSv1.3' });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (_socket, request) => upgrades.push(request));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `wss://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upgrades,
    async [Symbol.asyncDispose]() {
      setDefaultCACertificates(trusted);
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
