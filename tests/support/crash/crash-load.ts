/**
 * A mixed load on a real server until it is killed: tips, requests from the menu that are undone, tickets, the last
 * ticket of a room, rooms that end, top-ups, refunds, chat messages and a private session with real media. Clients
 * record every answer, and retry unanswered requests with the same key.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { RtpCapabilities, TransportOptions } from '../../../sfu/contract.ts';
import { goLive, type Live } from '../media/media.ts';
import { RtpViewer, rtpViewerCapabilities } from '../media/rtp-viewer.ts';
import { payCheckout } from '../people/checkout.ts';
import { TestParticipant } from '../people/participant.ts';
import type { ServerProcess } from '../programs/server-process.ts';
import type { Answers } from '../soak/answers.ts';
import type { Dice } from '../soak/dice.ts';

const FANS = 6;
const CREATOR = 'ada';
const TIP_MINOR = 100;
const PRICE_MINOR = 300;
const TOPUP_MINOR = 20_000;
const RATE_MINOR = 600;
const PRIVATE_FAN = 'fan-in-private';
/** How long a private session runs before its fan ends it, unless the server is killed first. */
const PRIVATE_MS = 1_500;

const RATE_LIMITED = 429;
const EXPECTED_REFUSALS = new Set(['insufficient_funds', 'wallet_limit', 'sold_out']);

/** Sent and not answered; a retry with the same key must return the original result. */
interface Doubt {
  identity: string;
  request: 'money:tip' | 'chat:send';
  input: Record<string, unknown>;
}

const WEIGHTS = { tip: 40, chat: 25, ticket: 10, last: 6, evening: 6, undo: 8, topup: 12, refund: 10, look: 1 };
const SONG = { id: 'song', label: 'The next song', amountMinor: TIP_MINOR };

export class CrashLoad {
  readonly #server: ServerProcess;
  readonly #answers: Answers;
  readonly #dice: Dice;
  readonly #doubts: Doubt[] = [];
  readonly #tips: string[] = [];
  #talk = '';
  #private = '';
  #keys = 0;
  /** Called at every answer, so that the kill can be timed between requests. */
  onAnswer: () => void = () => {};

  private constructor(server: ServerProcess, answers: Answers, dice: Dice) {
    this.#server = server;
    this.#answers = answers;
    this.#dice = dice;
  }

  static async create(server: ServerProcess, answers: Answers, dice: Dice): Promise<CrashLoad> {
    const load = new CrashLoad(server, answers, dice);
    await server.server('POST', '/v1/creators', { identity: CREATOR, name: 'Ada', country: 'FR' });
    load.#talk = await load.#createRoom({ kind: 'free' });
    await load.#asCreator(`/v1/rooms/${load.#talk}/tip-menu`, { items: [SONG] });
    load.#private = await load.#createRoom({ kind: 'private', ratePerMinuteMinor: RATE_MINOR });
    for (const identity of [...identities(), PRIVATE_FAN]) {
      await server.server('POST', '/v1/promotions', { identity, amountMinor: 30_000, reason: 'Credit of the test' });
    }
    return load;
  }

  /** Runs until the server has been killed. Requests that fail then are not awaited. */
  async run(killed: Promise<void>): Promise<void> {
    let isKilled = false;
    const isOver = () => isKilled;
    const noted = killed.then(() => {
      isKilled = true;
    });
    const unlessOver = (work: Promise<unknown>) =>
      Promise.race([work, noted]).catch((error) => {
        if (!isKilled) throw error;
      });
    await Promise.all([
      ...identities().map((identity) => unlessOver(this.#beFan(identity, isOver))),
      unlessOver(this.#beInPrivate(isOver)),
    ]);
  }

  /** Retries all unanswered requests. */
  async settle(): Promise<void> {
    await Promise.all([...identities()].map((identity) => this.#beFan(identity, () => true)));
  }

  async #createRoom(access: object, more: object = {}): Promise<string> {
    const room = { creator: CREATOR, title: 'A night', access, ...more };
    return (await this.#server.server<{ id: string }>('POST', '/v1/rooms', room)).id;
  }

  async #connect(identity: string, room: string, role = 'fan'): Promise<TestParticipant> {
    const claims = { identity, name: identity, room, role };
    const { token } = await this.#server.server<{ token: string }>('POST', '/v1/tokens', claims);
    return TestParticipant.connect(this.#server.url, { token });
  }

  async #beFan(identity: string, isOver: () => boolean): Promise<void> {
    const dice = this.#dice.fork();
    using fan = await this.#connect(identity, this.#talk);
    const gone = disconnected(fan);
    const mine = this.#doubts.filter((doubt) => doubt.identity === identity);
    for (const doubt of mine) await Promise.race([this.#send(fan, doubt), gone]);
    while (!isOver()) await Promise.race([this.#act(fan, { identity, dice }), gone]);
  }

  async #act(fan: TestParticipant, who: { identity: string; dice: Dice }): Promise<void> {
    const { identity, dice } = who;
    switch (dice.weighted(WEIGHTS)) {
      case 'tip':
        return this.#send(fan, this.#doubt(identity, 'money:tip'));
      case 'chat':
        return this.#send(fan, this.#doubt(identity, 'chat:send'));
      case 'ticket':
        await this.#buyTicket(identity);
        return;
      case 'last':
        return this.#buyLastTicket(identity, dice);
      case 'evening':
        return this.#endEvening(identity);
      case 'undo':
        return this.#undoRequest(fan);
      case 'topup':
        return this.#topUp(fan);
      case 'refund':
        return this.#refund(dice);
      case 'look':
        await this.#ask(fan, 'money:wallet', {});
    }
  }

  #doubt(identity: string, request: Doubt['request']): Doubt {
    this.#keys += 1;
    const key = `crash-${identity}-${this.#keys}`;
    const input =
      request === 'money:tip'
        ? { amountMinor: TIP_MINOR, idempotencyKey: key }
        : { clientId: key, text: `Line ${key}` };
    const doubt = { identity, request, input };
    this.#doubts.push(doubt);
    return doubt;
  }

  async #send(fan: TestParticipant, doubt: Doubt): Promise<void> {
    const { request, identity, input } = doubt;
    const answer = await this.#ask(fan, request, input);
    const index = this.#doubts.indexOf(doubt);
    if (index >= 0) this.#doubts.splice(index, 1);
    if (answer === undefined) return;
    if (request === 'money:tip') {
      this.#answers.noteOnce('tip', `${identity} ${input.idempotencyKey}`, answer.id);
      this.#tips.push(answer.id);
    } else this.#answers.noteOnce('message', `${identity} ${input.clientId}`, answer.message.id);
  }

  async #buyTicket(identity: string, created?: string): Promise<string> {
    const room = created ?? (await this.#createRoom({ kind: 'ticket', priceMinor: PRICE_MINOR }));
    using lobby = await this.#connect(identity, room);
    const gone = disconnected(lobby);
    const answer = await Promise.race([this.#ask(lobby, 'money:buyTicket', { from: 'wallet' }), gone]);
    if (answer) this.#answers.note('ticket', answer.id);
    return room;
  }

  /** Two fans for one place. */
  async #buyLastTicket(identity: string, dice: Dice): Promise<void> {
    const room = await this.#createRoom({ kind: 'ticket', priceMinor: PRICE_MINOR }, { capacity: 1 });
    const others = identities().filter((other) => other !== identity);
    const other = others[Math.floor(dice.next() * others.length)] ?? '';
    await Promise.all([identity, other].map((buyer) => this.#buyTicket(buyer, room)));
  }

  /** The room ends without a live, so its ticket goes back by itself. */
  async #endEvening(identity: string): Promise<void> {
    const room = await this.#buyTicket(identity);
    await this.#server.server('POST', `/v1/rooms/${room}/end`);
    this.#answers.note('ended_room', room);
    this.onAnswer();
  }

  async #undoRequest(fan: TestParticipant): Promise<void> {
    this.#keys += 1;
    const input = { amountMinor: TIP_MINOR, menuItem: SONG.id, idempotencyKey: `crash-request-${this.#keys}` };
    const sent = await this.#ask(fan, 'money:tip', input);
    if (!sent) return;
    const { id } = sent;
    this.#answers.note('tip', id);
    const isUndone = await this.#asCreator(`/v1/rooms/${this.#talk}/tip-requests/${id}`, { outcome: 'undone' });
    if (isUndone) this.#answers.note('undone_request', id);
    this.onAnswer();
  }

  /** False where the creator has made too many requests. */
  async #asCreator(path: string, body: object): Promise<boolean> {
    const claims = { identity: CREATOR, name: 'Ada', room: this.#talk, role: 'creator' };
    const { token } = await this.#server.server<{ token: string }>('POST', '/v1/tokens', claims);
    const response = await fetch(this.#server.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status === RATE_LIMITED) return false;
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return true;
  }

  async #topUp(fan: TestParticipant): Promise<void> {
    const answer = await this.#ask(fan, 'money:topup', { amountMinor: TOPUP_MINOR });
    if (!answer) return;
    const session = new URL(answer.checkoutUrl).pathname.split('/').at(-1) ?? '';
    if ((await payCheckout(answer.checkoutUrl)).status === 303) this.#answers.note('paid_page', session);
    this.onAnswer();
    const confirmed = await this.#ask(fan, 'money:confirmCheckout', { checkoutSession: session });
    if (confirmed?.status === 'paid') this.#answers.note('paid_page', session);
  }

  async #refund(dice: Dice): Promise<void> {
    const [tip] = this.#tips.splice(Math.floor(dice.next() * this.#tips.length), 1);
    if (!tip) return;
    const { id } = await this.#server.server<{ id: string }>('POST', '/v1/refunds', { tip, reason: 'crash' });
    this.#answers.note('refund', id);
    this.onAnswer();
  }

  /** Retries rate-limited requests; undefined for any other refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers of several requests, each looked at by its asker.
  async #ask(participant: TestParticipant, request: string, input: object): Promise<any> {
    for (;;) {
      const answer = await participant.emit(request, input);
      if (answer.ok) {
        this.onAnswer();
        return answer.data;
      }
      const { code, retryAfterMs } = answer.error;
      if (EXPECTED_REFUSALS.has(code)) return undefined;
      if (retryAfterMs === undefined) throw new Error(`${request}: ${code}`);
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }

  /** Runs private sessions with video, one after the other. */
  async #beInPrivate(isOver: () => boolean): Promise<void> {
    using creator = await this.#connect(CREATOR, this.#private, 'creator');
    using fan = await this.#connect(PRIVATE_FAN, this.#private);
    const gone = Promise.race([disconnected(creator), disconnected(fan)]);
    using live: Live = await Promise.race([goLive(creator), gone]);
    while (!isOver() && live) await Promise.race([this.#meet(creator, fan), gone]);
  }

  async #meet(creator: TestParticipant, fan: TestParticipant): Promise<void> {
    // The server ends sessions that a kill has interrupted, once it finds them abandoned.
    const { sessions } = await this.#ask(fan, 'private:list', {});
    if (sessions.length > 0) return pause(PRIVATE_MS);
    const granted = fan.next('rooms:accessGranted');
    granted.catch(() => {});
    const asked = await this.#ask(fan, 'private:request', { minutes: 1 });
    if (!asked) return pause(PRIVATE_MS);
    const { session } = asked;
    await this.#ask(creator, 'private:accept', { session: session.id });
    const { inside } = await granted;
    const viewer = await this.#watch(fan, inside.stage.routerRtpCapabilities as RtpCapabilities);
    try {
      await pause(PRIVATE_MS);
      await this.#ask(fan, 'private:end', { session: session.id });
      this.#answers.note('private_session', session.id);
    } finally {
      viewer.close();
    }
  }

  async #watch(fan: TestParticipant, router: RtpCapabilities): Promise<RtpViewer> {
    const viewer = new RtpViewer({ reports: true });
    viewer.firstDecodableFrame.catch(() => {});
    const { transport, consumers } = await this.#ask(fan, 'stage:watch', {
      rtpCapabilities: rtpViewerCapabilities(router),
      dtlsParameters: viewer.dtlsParameters,
    });
    await viewer.connect(transport as TransportOptions, consumers);
    return viewer;
  }
}

function identities(): string[] {
  return Array.from({ length: FANS }, (_, index) => `fan-${index}`);
}

function disconnected(participant: TestParticipant): Promise<never> {
  const gone = new Promise<never>((_, reject) => {
    participant.socket.once('disconnect', () => reject(new Error('disconnected')));
  });
  gone.catch(() => {});
  return gone;
}
