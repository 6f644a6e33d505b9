/**
 * A participant with only the wire protocol: a plain Socket.IO client, so that tests see the wire rather than the SDK's
 * interpretation.
 */
import { io, type Socket } from 'socket.io-client';
import type { WireError } from '../../../server/protocol/errors.ts';
import type { EventData, EventName, RequestName, Welcome } from '../../../server/protocol/realtime.ts';

const ANSWER_MS = 10_000;

export type WireAnswer = { ok: true; data: never } | { ok: false; error: WireError };

export class TestParticipant implements Disposable {
  readonly socket: Socket;
  /** Every event so far, in order. */
  readonly events: { name: string; data: unknown }[] = [];
  welcome!: Welcome;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name, data) => this.events.push({ name, data }));
  }

  /** Connects and waits for the welcome; rejects with the server's error. */
  static async connect(
    url: string,
    auth: Record<string, unknown>,
    options: { headers?: Record<string, string> } = {},
  ): Promise<TestParticipant> {
    const socket = io(url, {
      auth,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      ...(options.headers ? { extraHeaders: options.headers } : {}),
    });
    const participant = new TestParticipant(socket);
    const welcome = participant.next('rooms:welcome');
    const refused = new Promise<never>((_, reject) => {
      socket.once('connect_error', (error: Error & { data?: WireError }) => {
        socket.close();
        reject(Object.assign(error, { code: error.data?.code }));
      });
      socket.once('rooms:goodbye', ({ code, message }: EventData<'rooms:goodbye'>) => {
        reject(Object.assign(new Error(message), { code }));
      });
    });
    socket.connect();
    participant.welcome = await Promise.race([welcome, refused]);
    return participant;
  }

  /** The next event with this name that matches, counted from the call. */
  next<N extends EventName>(name: N, matches: (data: EventData<N>) => boolean = () => true): Promise<EventData<N>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.socket.offAny(listen);
        reject(
          new Error(`no ${name} within ${ANSWER_MS} ms; so far: ${this.events.map((event) => event.name).join(', ')}`),
        );
      }, ANSWER_MS);
      const listen = (event: string, data: EventData<N>) => {
        if (event !== name || !matches(data)) return;
        clearTimeout(timer);
        this.socket.offAny(listen);
        resolve(data);
      };
      this.socket.onAny(listen);
    });
  }

  /** Emits any input, well-formed or not, and resolves with the raw answer. */
  emit(name: string, ...args: unknown[]): Promise<WireAnswer> {
    return this.socket.timeout(ANSWER_MS).emitWithAck(name, ...args);
  }

  /** A request that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers of every shape.
  async request(name: RequestName, input: unknown = {}): Promise<any> {
    const answer = await this.emit(name, input);
    if (!answer.ok) throw Object.assign(new Error(`${name}: ${answer.error.code}`), { code: answer.error.code });
    return answer.data;
  }

  /** The error code of a refused request; `ok` if it succeeds. */
  async refusal(name: string, ...args: unknown[]): Promise<string> {
    const answer = await this.emit(name, ...args);
    return answer.ok ? 'ok' : answer.error.code;
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}
