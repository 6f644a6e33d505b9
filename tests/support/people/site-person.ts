/** A person of the house with a session of the site, for requests over HTTP. */
import type { Response } from 'express';
import { personSessions } from '../../../server/accounts/people/people.schema.ts';
import type { SignInMethod } from '../../../server/accounts/people/session-strength.ts';
import { SiteSessions } from '../../../server/gateway/site/sign-in/site-session.ts';
import { DAY_MS, isoIn } from '../../../server/platform/clock.ts';
import { eq } from '../../../server/platform/db/sql.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { committeeTerms } from '../../../server/trust/committee/committee.schema.ts';
import {
  committeeAnswers,
  committeeOpinions,
  committeeOpinionTexts,
  committeeSteps,
  proposalComments,
} from '../../../server/trust/committee/opinions/opinions.schema.ts';
import { committeeThresholds } from '../../../server/trust/committee/thresholds/thresholds.schema.ts';
import type { Reply, TestHttp } from '../houses/http.ts';

/** The cookie of a new session of an existing person, who used a passkey just now, or as `method` and `agoMs` say. */
export async function openSession(
  { context }: Pick<TestHttp, 'context'>,
  identity: string,
  { method = 'passkey', agoMs = 0 }: { method?: SignInMethod; agoMs?: number } = {},
): Promise<string> {
  const secret = await context.people.sessions.open({ person: identity, device: '', method });
  if (agoMs > 0) {
    const provedAt = isoIn(context.clock, -agoMs);
    await context.db.orm.update(personSessions).set({ provedAt }).where(eq(personSessions.person, identity));
  }
  let cookie = '';
  const request = { headers: {} };
  const response = { req: request, cookie: (name: string, value: string) => (cookie = `${name}=${value}`) };
  await new SiteSessions(context).replace(response as unknown as Response, secret);
  return cookie;
}

/** Creates the person if they are missing, and opens a session. */
export async function signIn(
  http: Pick<TestHttp, 'context'>,
  identity: string,
  proved?: Parameters<typeof openSession>[2],
): Promise<string> {
  await http.context.people.seed({ id: identity, name: identity, address: `${identity}@example.org` });
  return openSession(http, identity, proved);
}

/** Signs in; the result makes the person's requests. */
export async function createSitePerson(
  http: TestHttp,
  identity: string,
): Promise<(method: string, path: string, body?: object) => Promise<Reply>> {
  const cookie = await signIn(http, identity);
  const headers = { cookie, 'content-type': 'application/json' };
  return (method, path, body) =>
    http.call(method, path, { headers, ...(method === 'GET' ? {} : { body: body ?? {} }) });
}

/** As `createSitePerson`, with the role of an operator. */
export async function createOperator(http: TestHttp, identity: string): ReturnType<typeof createSitePerson> {
  const call = await createSitePerson(http, identity);
  await http.context.roles.give({ person: identity, role: 'operator', by: 'test' });
  return call;
}

/** Gives the person a seat of their own in the committee, without an invitation; answers the id of the term. */
export async function giveSeat({ context }: Pick<TestHttp, 'context'>, person: string): Promise<string> {
  const id = createId('committeeTerm');
  const text = { en: 'Law of data', fr: 'Droit des données' };
  await context.db.orm.insert(committeeTerms).values({
    ...{ id, person, seat: createId('committeeSeat'), seatName: text, appointedBy: text, invitedBy: 'test' },
    ...{ appointedAt: isoIn(context.clock), from: isoIn(context.clock, -DAY_MS), until: isoIn(context.clock, DAY_MS) },
  });
  return id;
}

/**
 * A proposal of the committee to the charter that was commented on, adopted and answered, with a step that is not done;
 * and a threshold; answers their ids.
 */
export async function giveOpinion({
  context,
}: Pick<TestHttp, 'context'>): Promise<Record<'opinion' | 'step' | 'comment' | 'threshold', string>> {
  const { db, clock } = context;
  const [opinion, step, comment] = [createId('opinion'), createId('opinionStep'), createId('proposalComment')];
  const [text, at] = [{ en: 'Hear people', fr: 'Entendre' }, isoIn(clock)];
  await db.orm.insert(committeeOpinions).values({ id: opinion, by: 'test', createdAt: at });
  const articles = [{ id: 'conduct', title: text, text }];
  await db.orm
    .insert(committeeOpinionTexts)
    .values({ opinion, version: 1, title: text, text, articles, by: 'test', at });
  const isIt = eq(committeeOpinions.id, opinion);
  await db.orm.update(committeeOpinions).set({ commentVersion: 1, commentsFrom: at, commentsUntil: at }).where(isIt);
  await db.orm.insert(proposalComments).values({ id: comment, opinion, by: 'test', text: 'Good.', at });
  const call = { votedVersion: 1, voteCalledBy: 'test', voteCalledAt: at, voteUntil: at };
  await db.orm.update(committeeOpinions).set(call).where(isIt);
  const tally = { for: 1, against: 0, abstain: 0, quorum: 1 };
  await db.orm.update(committeeOpinions).set({ outcome: 'adopted', endedAt: at, tally, answerDueAt: at }).where(isIt);
  const answer = { outcome: 'follows', reasons: text, by: 'test', at } as const;
  await db.orm.insert(committeeAnswers).values({ opinion, ...answer });
  await db.orm.insert(committeeSteps).values({ id: step, opinion, position: 0, text, dueAt: at });
  const threshold = createId('threshold');
  const watched = {
    figure: 'reports',
    comparison: 'above',
    limit: 1_000,
    windowDays: 7,
    tellsOperators: false,
  } as const;
  await db.orm
    .insert(committeeThresholds)
    .values({ id: threshold, title: text, ...watched, reason: 'A test', setBy: 'test', setAt: at });
  return { opinion, step, comment, threshold };
}
