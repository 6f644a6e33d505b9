/**
 * Builds the domains: for `app.ts`, for commands such as `reconcile.ts`, and for tests. The stage needs media, which
 * `app.ts` adds.
 */
import { AccountClosing } from './account-closing.ts';
import { AccountsStore } from './accounts/accounts.store.ts';
import { Accounts } from './accounts/accounts.ts';
import { ApiKeys } from './accounts/api-keys.ts';
import { DeskSessions } from './accounts/desk-sessions.ts';
import { Mail } from './accounts/mail/mail.ts';
import type { Appoint, Operators } from './accounts/operators/operators.ts';
import { addressIn } from './accounts/people/mail-addresses.ts';
import { People } from './accounts/people/people.ts';
import { Moderators } from './accounts/roles/moderators.ts';
import { Roles } from './accounts/roles/roles.ts';
import { Tokens } from './accounts/tokens.ts';
import { Chat } from './chat/chat.ts';
import type { Config } from './config.ts';
import { DataExport } from './data-export.ts';
import { FactLetters } from './fact-letters.ts';
import { listenToFacts } from './facts.ts';
import { Money } from './money/money.ts';
import type { MoneyOptions } from './money/money-context.ts';
import type { MoneyFacts } from './money/money-facts.ts';
import type { PaymentProvider } from './money/provider/payment-provider.ts';
import { Notices } from './notices/notices.ts';
import { Push } from './notices/push/push.ts';
import { ParticipantData } from './participant-data.ts';
import type { Bus } from './platform/bus.ts';
import type { Clock } from './platform/clock.ts';
import type { Database } from './platform/db/db.ts';
import type { DueWork } from './platform/jobs/due-rows.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { AddressGuard } from './platform/outbound/address-guard.ts';
import { GuardedPost } from './platform/outbound/guarded-post.ts';
import type { Outbox } from './platform/outbox/outbox.ts';
import { Pictures } from './platform/pictures/pictures.ts';
import { reportLinks, returnLinks, type SealedLinks } from './platform/sealed-links.ts';
import { SecretBox } from './platform/secret-box.ts';
import { RoomsStore } from './rooms/rooms.store.ts';
import { Rooms } from './rooms/rooms.ts';
import { Charter } from './trust/charter/charter.ts';
import { CommitteeCases } from './trust/committee/cases/committee-cases.ts';
import { Committee } from './trust/committee/committee.ts';
import { Opinions } from './trust/committee/opinions/opinions.ts';
import { Proposals } from './trust/committee/opinions/proposals.ts';
import { majority } from './trust/committee/sittings.ts';
import { Thresholds } from './trust/committee/thresholds/thresholds.ts';
import { Decisions } from './trust/decisions/decisions.ts';
import { DsaStatements } from './trust/figures/dsa-statements.ts';
import { Figures } from './trust/figures/figures.ts';
import { PublicReports } from './trust/figures/public-reports.ts';
import { Reports } from './trust/reports/reports.ts';
import { MemberSignatures } from './trust/transparency/record/member-signatures.ts';
import { PublicRecord } from './trust/transparency/record/record.ts';
import { Webhooks } from './webhooks/webhooks.ts';

/** What every domain stands on. */
export interface Platform {
  db: Database;
  bus: Bus;
  outbox: Outbox;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface Domains {
  accounts: Accounts;
  apiKeys: ApiKeys;
  deskSessions: DeskSessions;
  mail: Mail;
  operators: Operators;
  people: People;
  pictures: Pictures;
  roles: Roles;
  moderators: Moderators;
  tokens: Tokens;
  rooms: Rooms;
  money: Money;
  chat: Chat;
  charter: Charter;
  committee: Committee;
  committeeCases: CommitteeCases;
  opinions: Opinions;
  proposals: Proposals;
  thresholds: Thresholds;
  decisions: Decisions;
  figures: Figures;
  publicReports: PublicReports;
  record: PublicRecord;
  memberSignatures: MemberSignatures;
  dsaStatements: DsaStatements;
  reports: Reports;
  webhooks: Webhooks;
  participantData: ParticipantData;
  notices: Notices;
  returnLinks: SealedLinks;
  reportLinks: SealedLinks;
  push: Push;
  closing: AccountClosing;
  dataExport: DataExport;
  /** Every kind of work that stands in rows. */
  dueWork: DueWork[];
}

export interface DomainsOptions {
  config: Config;
  provider: PaymentProvider;
  isReturnUrlAllowed: (parts: { config: Config; apiKeys: ApiKeys }, url: string) => boolean;
  /** Names this process among the gateways; absent where it holds no lives. */
  gateway?: string;
  isLeader?: () => boolean;
}

export async function createDomains(platform: Platform, options: DomainsOptions): Promise<Domains> {
  const { db, outbox, clock, log } = platform;
  const { config, provider, isReturnUrlAllowed, gateway, isLeader } = options;
  const { accounts, rooms } = createRooms(platform, {
    currency: config.currency,
    hasPublicList: config.hasSite,
    ...(gateway && { gateway }),
  });
  const box = new SecretBox(config.encryptionKeys);
  const guard = new AddressGuard({ isOpen: config.development });
  const money = await createMoney(platform, rooms, {
    ...moneySettings(config),
    provider,
    isReturnUrlAllowed: (url) => isReturnUrlAllowed({ config, apiKeys }, url),
    countOperators: async () => (config.hasSite ? (await roles.holders('operator')).length : config.operators.length),
    ...(isLeader && { isLeader }),
  });
  const apiKeys = await ApiKeys.create({ ...platform, box, builtIn: [...config.builtInKeys, config.siteKey] });
  const chat = new Chat({
    ...platform,
    rooms: {
      creatorOf: (room) => rooms.creatorOf(room),
      hasChat: (room) => rooms.hasChat(room),
      moderates: (of) => rooms.moderates(of),
      isMember: async (creator, identity) =>
        (await rooms.clubs.findAccess(creator, identity, undefined)).valid !== undefined,
    },
    hook: { guard, box },
    retention: config.chatRetention,
  });
  const charter = new Charter({ db, rooms, clock });
  const roles = new Roles({ db, outbox, clock, isMember: (person, tx) => committee.isMember(person, tx) });
  const { committeeQuorum } = config;
  const committee = new Committee({
    ...{ db, clock, quorum: committeeQuorum === undefined ? majority : () => committeeQuorum },
    people: { findCards: (identities) => people.findCards(identities) },
    assertMaySit: (tx, person) => roles.assertMaySit(tx, person),
  });
  const appoint: Appoint = (tx, given) => committee.appoint(tx, given);
  const languageOf = async (person: string) => (await people.contactsOf([person])).get(person)?.language;
  const decisions = new Decisions({
    ...{ db, outbox, clock, rooms, charter },
    people: {
      creatorsOf: async (person) => (await roles.rolesOf(person)).flatMap(({ scope }) => scope?.creator ?? []),
      languageOf,
      isCreator: async (identity) => (await accounts.getNames([identity])).has(identity),
    },
    chatActs: (identity) => chat.records.actsAbout(identity),
    committee: { isBound: (tx, reviewCase) => committeeCases.isBound(tx, reviewCase) },
    measures: {
      rooms: rooms.suspensions,
      chat: chat.houseMeasures,
      money: {
        setFreeze: async (creator, freeze) => void (await money.desk.setFreeze(creator, { ...freeze, by: 'house' })),
        refundRoom: (room) => money.refundRoom(room),
      },
    },
    hasReviewers: config.hasSite,
  });
  const committeeCases = new CommitteeCases({
    ...{ db, clock, timeZone: config.timeZone, committee },
    people: { findCards: (identities) => people.findCards(identities) },
    strikesOf: (person) => decisions.statements.strikesOf(person),
    restore: (tx, reviewCase, reasons) => decisions.restore(tx, reviewCase, reasons),
  });
  const proposals = new Proposals({ db, clock, committee, charter });
  const opinions = new Opinions({ db, clock, log, outbox, committee, cases: committeeCases });

  const reports = new Reports({
    ...{ db, outbox, clock, log, rooms, charter },
    cases: {
      gather: (tx, report, filing) => decisions.gather(tx, report, filing),
      languageOf,
      assertMayName: (reviewer, accused) => decisions.reviewers.assertMayName(reviewer, accused),
      assertMayJudge: (reviewer, id) => decisions.reviewers.assertMayJudge(reviewer, id),
      outcomesOf: (sender, cases) => decisions.statements.outcomesOf(sender, cases),
    },
    chat: {
      messageEvidence: (room, id) => chat.records.context(room, id),
      personEvidence: (room, identity) => chat.records.about(room, identity),
      report: (room, reporter, input) => chat.records.report(room, reporter, input),
    },
    evidenceDays: config.chatRetention.evidenceDays,
  });
  const figures = createFigures(platform, { rooms, money, config });
  const publicReports = new PublicReports({ figures, clock, timeZone: config.timeZone });
  const webhooks = new Webhooks({ ...platform, box, allowAnyAddress: config.development });
  const mail = new Mail({ ...platform, ...mailSettings(config), box, ...(isLeader && { isLeader }) });
  const pictures = new Pictures({ db, clock, log });
  const { publicUrl, creatorApproval, oidc } = config;
  const houseName = config.mailFrom.name;
  const people = new People({
    ...{ db, outbox, clock, log, mail, publicUrl, houseName, roles, appoint, creatorApproval, oidc },
  });
  const moderators = new Moderators({ db, clock, log, mail, people, roles, publicUrl });
  const participantData = new ParticipantData({ db, clock, pictures, rooms, money, chat, webhooks });
  const senderLinks = reportLinks({ box, publicUrl });
  const letters = new FactLetters({
    db,
    mail,
    publicUrl,
    addressOf: (identity) => people.addressOf(identity),
    getRoom: (room) => rooms.getRoom(room),
    paidOf: (payment) => money.receipts.findPaid(payment),
    isRefusedAgain: (payout) => money.payouts.isRefusedAgain(payout),
    listMembers: async (of) => {
      const members = await committee.listMembers();
      return of === null ? members : committeeCases.keepReaders(members, of);
    },
    listOperators: async () => (await roles.holders('operator')).map(({ person }) => person),
    statements: decisions.statements,
    contactOf: async (report) => {
      const sender = await reports.senderOf(report);
      const address = addressIn(sender?.contact);
      return sender && address ? { address, language: sender.language } : undefined;
    },
    reportLinkOf: (report) => senderLinks.linkOf(report),
  });
  const ticketLinks = returnLinks({ box, publicUrl });
  const subject = `mailto:${config.mailFrom.address}`;
  const push = new Push({ ...platform, box, guard, subject, ...(isLeader && { isLeader }) });
  const notices = createNotices(platform, {
    rooms,
    money,
    mail,
    people,
    push,
    returnLinks: ticketLinks,
    config,
    ...(isLeader && { isLeader }),
  });
  listenToFacts(outbox, {
    letters: (facts) => letters.handleFacts(facts),
    notices: (facts) => notices.handleFacts(facts),
    tips: async (facts) => {
      const tips = facts.flatMap(({ data }) => (data as MoneyFacts['tips.settled']).tips);
      await chat.appendTips(tips);
      await chat.appendGoals(await money.tipping.findReached(tips.map(({ room }) => room)));
    },
    tipRefunds: (facts) =>
      chat.appendTipRefunds(
        facts.map(({ data, createdAt }) => ({ ...(data as MoneyFacts['tip.refunded']), at: createdAt })),
      ),
    measures: (facts) => decisions.measures.handleFacts(facts),
    webhooks: () => webhooks.wake(),
    ranks: (facts) => rooms.handleRoleFacts(facts),
  });
  return {
    accounts,
    apiKeys,
    deskSessions: new DeskSessions({ db, clock, log, operators: config.operators, keys: apiKeys.ring }),
    mail,
    operators: people.operators,
    people,
    pictures,
    roles,
    moderators,
    participantData,
    closing: new AccountClosing({
      ...{ mail, people, roles, moderators, committee, money, participantData, publicUrl },
      receiptYears: config.invoiceRetentionYears,
    }),
    dataExport: new DataExport({ db, pictures, timeZone: config.timeZone }),
    tokens: new Tokens({ keys: apiKeys.ring, ownKey: config.siteKey.id, clock }),
    rooms,
    money,
    chat,
    charter,
    committee,
    committeeCases,
    opinions,
    proposals,
    thresholds: new Thresholds({ db, clock, log, outbox, committee, cases: committeeCases, figures }),
    decisions,
    figures,
    dsaStatements: new DsaStatements({ db, timeZone: config.timeZone, publicUrl }),
    publicReports,
    record: new PublicRecord({
      ...{ db, clock, log, box, publicReports, timeZone: config.timeZone, publicUrl: config.publicUrl },
      ...{ witnesses: config.witnesses, post: new GuardedPost(guard) },
      ...(isLeader && { isLeader }),
    }),
    memberSignatures: new MemberSignatures({ db, clock, passkeys: people.passkeys }),
    reports,
    webhooks,
    notices,
    returnLinks: ticketLinks,
    reportLinks: senderLinks,
    push,
    dueWork: [...money.dueRows, webhooks.due, mail.due, push.due],
  };
}

function createFigures(
  { db, clock }: Platform,
  { rooms, money, config: { timeZone, currency } }: Pick<Domains, 'rooms' | 'money'> & { config: Config },
): Figures {
  return new Figures({
    ...{ db, clock, timeZone, currency },
    ports: {
      liveHours: (periods, nowIso) => rooms.lives.sumHours(periods, nowIso),
      disputes: (periods) => money.figures.countDisputes(periods),
      holds: (periods) => money.figures.countHolds(periods),
    },
  });
}

function createNotices(
  platform: Platform,
  parts: Pick<Domains, 'rooms' | 'money' | 'mail' | 'people' | 'push' | 'returnLinks'> & {
    config: Config;
    isLeader?: () => boolean;
  },
): Notices {
  const { money, people, returnLinks, config, ...rest } = parts;
  return new Notices({
    ...platform,
    ...rest,
    publicUrl: config.publicUrl,
    contactsOf: (identities) => people.contactsOf(identities),
    ticketHolders: (room, page) => money.tickets.listHolders(room, page),
    followers: (creator, page) => rest.rooms.followers.listFollowers(creator, page),
    returnLinkOf: (ticket) => returnLinks.linkOf(ticket),
  });
}

export function createRooms(
  { db, outbox, clock }: Pick<Platform, 'db' | 'outbox' | 'clock'>,
  options: { currency: string; hasPublicList?: boolean; gateway?: string },
): Pick<Domains, 'accounts' | 'rooms'> {
  const accounts = new Accounts(new AccountsStore(db));
  return { accounts, rooms: new Rooms({ store: new RoomsStore(db), accounts, outbox, clock, ...options }) };
}

export async function createMoney(
  platform: Omit<Platform, 'bus'>,
  rooms: Rooms,
  settings: Omit<MoneyOptions, keyof Platform | 'rooms'>,
): Promise<Money> {
  const money = await Money.create({ ...platform, rooms, ...settings });
  listenToFacts(platform.outbox, {
    privateSessions: (facts) => money.privateSessions.handleFacts(facts),
    disputes: (facts) => money.disputes.handleFacts(facts),
    renewals: (facts) => money.memberships.handleFacts(facts),
    blockedBuyers: (facts) => money.blockedBuyers.handleFacts(facts),
  });
  return money;
}

export function moneySettings({
  currency,
  walletMode,
  promoPays,
  houseCountry,
  vatRates,
  accountsChart,
  dac7Schema,
  publicUrl,
  earnings,
  seller,
  timeZone,
  minLiveSeconds,
  invoiceRetentionYears,
  unconfirmedBookingMinor,
  taxReportYears,
  disputeFeeMinor,
}: Config) {
  return {
    currency,
    walletMode,
    promoPays,
    houseCountry,
    vatRates,
    accountsChart,
    dac7Schema,
    publicUrl,
    earnings,
    seller,
    timeZone,
    minLiveSeconds,
    invoiceRetentionYears,
    unconfirmedBookingMinor,
    taxReportYears,
    disputeFeeMinor,
  };
}

function mailSettings({ smtpUrl, mailFrom: from, mailPerHour: perHour, publicUrl, timeZone, development }: Config) {
  return { smtpUrl, from, perHour, publicUrl, timeZone, keepsData: development };
}
