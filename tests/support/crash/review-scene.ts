/**
 * A message of a person of the house in the room of another, reported; a decision with every measure, on this person
 * and on their own room with tickets; an appeal.
 */
import { createId, type MessageId, type RoomId } from '../../../server/protocol/ids.ts';
import type { DecisionInput } from '../../../server/protocol/trust/decisions.ts';
import type { ReviewHouse } from '../houses/review-house.ts';

export interface ReviewScene {
  room: RoomId;
  /** Of the accused, whose live is stopped. */
  ownRoom: RoomId;
  message: MessageId;
  case: string;
  /** A person of the house, who is a creator too. */
  accused: string;
  address: string;
}

const everyMeasure = (ownRoom: RoomId): DecisionInput['measures'] => [
  { kind: 'remove_message' },
  { kind: 'mute' },
  { kind: 'remove_from_room' },
  { kind: 'stop_live', room: ownRoom },
  { kind: 'suspend_account' },
  { kind: 'freeze_earnings' },
  { kind: 'refund_room', room: ownRoom },
];
const BUYER = 'lea';

export async function createReviewScene(house: ReviewHouse, round: number): Promise<ReviewScene> {
  const { accounts, people, money, rooms } = house.domains;
  const accused = createId('person');
  const address = `max-${round}@example.org`;
  await people.seed({ id: accused, name: `Max ${round}`, address });
  await accounts.createCreator({ identity: accused, name: `Max ${round}`, country: 'FR' });
  const room = await house.createRoom();
  const access = { kind: 'ticket', priceMinor: 500 } as const;
  const { id: ownRoom } = await rooms.createRoom({ creator: accused, title: 'An evening', access });
  const grant = { identity: BUYER, amountMinor: 500, reason: 'Test', idempotencyKey: `grant-${round}-${accused}` };
  await money.promotions.grant(grant, 'op');
  await money.tickets.buy({ room: await rooms.getRoom(ownRoom), identity: BUYER, name: BUYER, from: 'wallet' });
  await rooms.takeStage(ownRoom, 'page-1');
  await rooms.startLive(ownRoom, 'page-1');
  const message = await house.say(room, accused, 'You are nothing');
  const subject = { kind: 'message', id: message } as const;
  const of = await house.report(room, BUYER, { subject, category: 'harassment' });
  await house.dispatch();
  return { room, ownRoom, message, case: of, accused, address };
}

/** As a reviewer does whose request was cut off: a decision that was made before stays. */
export async function decideScene(house: ReviewHouse, { case: id, ownRoom }: ReviewScene): Promise<void> {
  await house.decide(id, everyMeasure(ownRoom)).catch(unlessDecided);
}

export async function grantScene(house: ReviewHouse, { case: id, accused }: ReviewScene): Promise<void> {
  const { decisions } = house.domains;
  const [decision] = (await decisions.view('rev-2', id)).decisions;
  const appeal = await decisions.appeal(accused, { decision: decision?.id ?? '', text: 'It was a quotation.' });
  const answer = { outcome: 'granted', reasons: 'It was a quotation.', language: 'en' } as const;
  await decisions.decideAppeal('rev-2', appeal.id, answer).catch(unlessDecided);
}

function unlessDecided(error: { code?: string }): void {
  if (error.code !== 'already_decided') throw error;
}

/** How often each effect is there. */
export async function effectsOf(house: ReviewHouse, scene: ReviewScene): Promise<Record<string, number>> {
  const { room, ownRoom, message, accused, address } = scene;
  const { statements } = house.domains.decisions;
  const inRoom = `room = '${room}'`;
  const inOwnRoom = `room = '${ownRoom}'`;
  const [row = {}] = await house.rows<Record<string, string>>(`select
    (select count(*) from chat_entries where ${inRoom} and kind = 'removal') as removed,
    (select count(*) from chat_entries where ${inRoom} and kind = 'restoration') as restored,
    (select count(*) from chat_entries where ${inRoom} and id = '${message}' and kind = 'message' and removed_at is null) as shown,
    (select count(*) from chat_acts where ${inRoom} and kind = 'ban') as muted,
    (select count(*) from restrictions where kind in ('ban', 'timeout') and ${inRoom} and lifted_at is null) as mutes,
    (select count(*) from outbox where ${inRoom} and topic = 'participant.removed') as removals,
    (select count(*) from restrictions where kind = 'removal' and ${inRoom} and lifted_at is null) as outside,
    (select count(*) from outbox where ${inOwnRoom} and topic = 'live.stopped') as stopped,
    (select count(*) from outbox where ${inOwnRoom} and topic = 'live.ended') as ended,
    (select count(*) from restrictions where kind = 'stop' and ${inOwnRoom} and lifted_at is null) as closed,
    (select count(*) from restrictions where kind = 'suspension' and identity = '${accused}' and lifted_at is null) as suspended,
    (select count(*) from tickets where ${inOwnRoom} and status = 'refunded') as refunded,
    (select count(*) from refunds r join tickets t on t.id = r.payment where t.${inOwnRoom}) as refunds,
    (select count(*) from letters where recipient = '${address}' and template = 'decision') as statements,
    (select count(*) from letters where recipient = '${address}' and template = 'appeal-decided') as answers`);
  const { strikes } = await statements.list(accused);
  const isFrozen = (await house.domains.money.desk.findFreeze(accused)) !== undefined;
  const counts = Object.fromEntries(Object.entries(row).map(([name, n]) => [name, Number(n)]));
  return { ...counts, strikes, frozen: Number(isFrozen) };
}
