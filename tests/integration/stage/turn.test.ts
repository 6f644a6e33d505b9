import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIceServers } from '../../../server/stage/turn.ts';
import { findFreePort, startApp } from '../../support/houses/app.ts';
import { eventually } from '../../support/run/eventually.ts';

/**
 * A real coturn with our shipped configuration, and a client that implements TURN (RFC 8656) up to an allocation:
 * credentials signed by a gateway must be accepted, and no others.
 */

const program = process.env.LOGE_TEST_TURNSERVER;
const configFile = fileURLToPath(new URL('../../../infra/turn/turnserver.conf', import.meta.url));
const SECRET = 'shared-with-the-gateways';
const REALM = 'turn.example';
const SFU_ADDRESS = '203.0.113.10';
const MAGIC = 0x2112a442;
const ALLOCATE = 0x0003;
const CREATE_PERMISSION = 0x0008;
const SUCCESS = 0x0100;
const FAILURE = 0x0110;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  peer: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
};
const RESEND_MS = 500;
const ANSWER_LIMIT_MS = 30_000;

let folder: string;
let server: ChildProcess | undefined;
let port: number;
let output = '';

beforeAll(async () => {
  if (!program) return;
  folder = await mkdtemp(join(tmpdir(), 'loge-turn-'));
  port = await findFreePort();
  server = spawn(
    program,
    [
      ...['-c', configFile, `--static-auth-secret=${SECRET}`, `--realm=${REALM}`],
      // Makes it reachable for this test, on ports that do not clash.
      ...[
        `--allowed-peer-ip=${SFU_ADDRESS}`,
        `--listening-port=${port}`,
        '--listening-ip=127.0.0.1',
        '--relay-ip=127.0.0.1',
        '--allow-loopback-peers',
      ],
      ...[`--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'db')}`],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  await untilListening();
});

afterAll(async () => {
  if (server && server.exitCode === null) {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
  if (folder) await rm(folder, { recursive: true, force: true });
});

test.skipIf(!program)('coturn accepts a credential signed by a gateway, and relays for it', async () => {
  await using client = await TurnClient.create();
  expect(await client.allocate(credentialAt(Date.now()))).toBe('allocated');
});

test.skipIf(!program)('coturn refuses an expired credential', async () => {
  await using client = await TurnClient.create();
  const longAgo = Date.now() - 2 * 3_600_000;
  expect(await client.allocate(credentialAt(longAgo))).toBe(401);
});

test.skipIf(!program)('coturn refuses a credential with another secret or a changed expiry', async () => {
  const forged = createIceServers({ urls: ['turn:x'], secret: 'another' }, 'lea', Date.now())[0];
  const { username, credential } = credentialAt(Date.now() - 2 * 3_600_000);
  const moved = username.replace(/^\d+/, String(Math.floor(Date.now() / 1_000) + 3_600));
  for (const wrong of [forged, { username: moved, credential }]) {
    await using client = await TurnClient.create();
    expect(await client.allocate({ username: wrong?.username ?? '', credential: wrong?.credential ?? '' })).toBe(401);
  }
});

test.skipIf(!program)('coturn relays to SFU nodes and to no other address', async () => {
  await using client = await TurnClient.create();
  await client.allocate(credentialAt(Date.now()));
  expect(await client.permit(SFU_ADDRESS)).toBe('permitted');
  for (const address of ['8.8.8.8', '203.0.113.11', '10.0.0.1', '169.254.169.254', '192.168.1.1', '172.20.0.1']) {
    expect(await client.permit(address), address).toBe(403);
  }
});

test('each answer that opens a session contains fresh credentials', async () => {
  let aheadMs = 0;
  const env = { LOGE_TURN_URLS: 'turn:turn.example:3478', LOGE_TURN_SECRET: SECRET.repeat(2) };
  await using loge = await startApp({ env, clock: { now: () => Date.now() + aheadMs } });
  const room = await loge.createRoom({ kind: 'free' });
  const token = await loge.token({ identity: 'ada', room: room.id, role: 'creator' });
  const socket = io(loge.url, { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true });
  try {
    await new Promise((resolve, reject) => socket.once('rooms:welcome', resolve).once('connect_error', reject));
    const ask = async (request: string, input: object) => {
      const { data } = await socket.timeout(5_000).emitWithAck(request, input);
      return { ...data, expiresAt: Number.parseInt(data.iceServers[0].username, 10) };
    };
    const published = await ask('stage:publish', {});
    aheadMs = 1_800_000;
    const restarted = await ask('stage:restartIce', { session: published.session });
    expect(restarted.expiresAt - published.expiresAt).toBeGreaterThanOrEqual(1_800);
  } finally {
    socket.close();
  }
});

function credentialAt(nowMs: number): { username: string; credential: string } {
  const [turn] = createIceServers({ urls: ['turn:turn.example:3478'], secret: SECRET }, 'lea', nowMs);
  return { username: turn?.username ?? '', credential: turn?.credential ?? '' };
}

/** A minimal TURN client: long-term credentials over UDP. */
class TurnClient {
  readonly #socket: Socket;
  #login: { username: string; key: Buffer; realm: Buffer; nonce: Buffer } | undefined;

  static async create(): Promise<TurnClient> {
    const socket = createSocket('udp4');
    // Refused datagrams are resent like lost ones.
    socket.on('error', () => {});
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new TurnClient(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
  }

  /** Requests a relayed address; returns TURN's error code if refused. */
  async allocate({ username, credential }: { username: string; credential: string }): Promise<'allocated' | number> {
    const udp = attribute(ATTRIBUTE.transport, Buffer.from([17, 0, 0, 0]));
    const challenge = await this.#request(ALLOCATE, [udp]);
    const realm = challenge.attributes.get(ATTRIBUTE.realm) ?? Buffer.alloc(0);
    const nonce = challenge.attributes.get(ATTRIBUTE.nonce) ?? Buffer.alloc(0);
    const key = createHash('md5').update(`${username}:${realm}:${credential}`).digest();
    this.#login = { username, key, realm, nonce };
    const answer = await this.#request(ALLOCATE, [udp]);
    return answer.type === (ALLOCATE | SUCCESS) ? 'allocated' : answer.error;
  }

  async permit(address: string): Promise<'permitted' | number> {
    const cookie = Buffer.alloc(4);
    cookie.writeUInt32BE(MAGIC);
    const peer = Buffer.from([
      0,
      1,
      0,
      0,
      ...address.split('.').map((part, index) => Number(part) ^ (cookie[index] ?? 0)),
    ]);
    const answer = await this.#request(CREATE_PERMISSION, [attribute(ATTRIBUTE.peer, peer)]);
    return answer.type === (CREATE_PERMISSION | SUCCESS) ? 'permitted' : answer.error;
  }

  async #request(
    method: number,
    attributes: Buffer[],
  ): Promise<{ type: number; error: number; attributes: Map<number, Buffer> }> {
    const id = randomBytes(12);
    const login = this.#login;
    const signed = login
      ? [
          ...attributes,
          attribute(ATTRIBUTE.username, Buffer.from(login.username)),
          attribute(ATTRIBUTE.realm, login.realm),
          attribute(ATTRIBUTE.nonce, login.nonce),
        ]
      : attributes;
    let packet = message(method, id, signed, login ? 24 : 0);
    // The integrity attribute covers the preceding message, with a length that includes it (RFC 8489, 14.5).
    if (login)
      packet = Buffer.concat([
        packet,
        attribute(ATTRIBUTE.integrity, createHmac('sha1', login.key).update(packet).digest()),
      ]);
    const answered = new Promise<Buffer>((resolve, reject) => {
      // coturn opens its UDP port after its TCP port, and datagrams get lost (RFC 8489, 6.2.1).
      const resend = setInterval(() => this.#socket.send(packet), RESEND_MS);
      const limit = setTimeout(() => {
        clearInterval(resend);
        reject(new Error(`coturn did not answer: ${output.slice(-2_000)}`));
      }, ANSWER_LIMIT_MS);
      const listener = (answer: Buffer) => {
        if (!answer.subarray(8, 20).equals(id)) return;
        clearTimeout(limit);
        clearInterval(resend);
        this.#socket.off('message', listener);
        resolve(answer);
      };
      this.#socket.on('message', listener);
    });
    this.#socket.send(packet);
    return parse(await answered);
  }
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function message(type: number, id: Buffer, attributes: Buffer[], bytesToCome: number): Buffer {
  const body = Buffer.concat(attributes);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + bytesToCome, 2);
  head.writeUInt32BE(MAGIC, 4);
  return Buffer.concat([head, id, body]);
}

function parse(packet: Buffer): { type: number; error: number; attributes: Map<number, Buffer> } {
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= packet.length; ) {
    const length = packet.readUInt16BE(at + 2);
    attributes.set(packet.readUInt16BE(at), packet.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  const error = attributes.get(ATTRIBUTE.error);
  const type = packet.readUInt16BE(0);
  expect([SUCCESS, FAILURE]).toContain(type & 0x0110);
  return { type, error: error ? (error[2] ?? 0) * 100 + (error[3] ?? 0) : 0, attributes };
}

async function untilListening(): Promise<void> {
  await eventually(async () => {
    if (server?.exitCode !== null) throw new Error(`coturn did not start: ${output}`);
    const socket = createConnection(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    return isOpen;
  }, 'coturn listens');
}
