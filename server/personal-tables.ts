/**
 * Personal data by table, and what erasure does with it; used by export and erasure. A test fails if a table is
 * missing. Names and texts are erased; the books keep amounts under the identity, as accounting law requires, so that
 * later refunds and disputes find their person.
 */
import type { PersonalTable } from './platform/db/person-records.ts';
import { ERASED_NAME } from './protocol/accounts/erased-name.ts';

const ERASED = `'${ERASED_NAME}'`;
const BOOKS = 'records of payments are kept for as long as the law on accounts asks';
const CHAT = 'erased by the chat, which puts a pseudonym in place of the person';
const ROOM_IS_OVER = '(select ended_at from rooms where id = room) is not null';

export const PERSONAL_TABLES: Record<string, PersonalTable> = {
  creators: { domain: 'accounts', rows: 'identity = $1', erase: { set: { name: ERASED } } },
  desk_sessions: {
    domain: 'accounts',
    rows: 'operator = $1',
    hidden: ['link_digest', 'created_by'],
    erase: { delete: true },
  },
  persons: {
    domain: 'accounts',
    rows: 'id = $1',
    erase: { set: { name: ERASED, about: "''", closed_at: 'coalesce(closed_at, now())' } },
  },
  sign_in_requests: {
    domain: 'accounts',
    rows: 'address in (select address from person_addresses where person = $1)',
    hidden: ['link_digest', 'code_digest', 'used_by'],
    erase: { delete: true },
  },
  letters: {
    domain: 'accounts',
    rows: 'recipient in (select address from person_addresses where person = $1)',
    hidden: ['sealed_data'],
    kept: 'addresses and encrypted contents of mail, deleted a month after it was sent',
  },
  mail_opt_outs: {
    domain: 'accounts',
    rows: 'address in (select address from person_addresses where person = $1)',
    kept: 'addresses that have unsubscribed, kept so that they get no more',
  },
  person_addresses: { domain: 'accounts', rows: 'person = $1', erase: { delete: true } },
  person_sessions: {
    domain: 'accounts',
    rows: 'person = $1',
    hidden: ['secret_digest', 'next_digest'],
    erase: { delete: true },
  },
  address_changes: {
    domain: 'accounts',
    rows: 'person = $1',
    hidden: ['old_digest', 'new_digest', 'objection_digest', 'late_objection_digest', 'created_by'],
    erase: { delete: true },
  },
  operator_invitations: {
    domain: 'accounts',
    rows: 'used_by = $1',
    hidden: ['link_digest', 'created_by'],
    erase: { set: { address: "''" } },
    kept: 'who became an operator or a member of the committee stays on record, under the id of the person',
  },
  passkeys: { domain: 'accounts', rows: 'person = $1', hidden: ['public_key', 'counter'], erase: { delete: true } },
  oidc_bindings: { domain: 'accounts', rows: 'person = $1', erase: { delete: true } },
  handles: { domain: 'accounts', rows: 'person = $1', erase: { set: { freed_at: 'coalesce(freed_at, now())' } } },
  moderator_invitations: { domain: 'accounts', rows: 'person = $1', hidden: ['link_digest'], erase: { delete: true } },
  roles: {
    domain: 'accounts',
    rows: 'person = $1',
    hidden: ['given_by', 'ended_by'],
    kept: 'who had which role stays on record, under the id of the person',
  },

  picture_uses: { domain: 'platform', rows: 'owner = $1', kept: 'erased with the files of the pictures' },

  rooms: { domain: 'rooms', rows: 'creator = $1', kept: 'tickets and receipts name the room by its title' },
  lives: {
    domain: 'rooms',
    rows: 'room in (select id from rooms where creator = $1)',
    kept: 'when rooms were live is counted in the figures of the house, and stays with the rooms',
  },
  entitlements: { domain: 'rooms', rows: 'identity = $1', kept: BOOKS },
  token_grants: { domain: 'rooms', rows: 'identity = $1', erase: { delete: ROOM_IS_OVER } },
  attendances: { domain: 'rooms', rows: 'identity = $1', erase: { delete: true } },
  restrictions: {
    domain: 'rooms',
    rows: "(identity = $1 or (creator = $1 and room is null and kind = 'removal'))",
    hidden: ['by'],
    erase: { delete: `kind = 'removal' and decision is null and (room is null or ${ROOM_IS_OVER})` },
    kept: 'what the house takes stays on record, under their identity alone; the chat erases its own that are over',
  },
  follows: { domain: 'rooms', rows: '(follower = $1 or creator = $1)', hidden: ['follower'], erase: { delete: true } },
  club_tiers: { domain: 'rooms', rows: 'creator = $1', kept: 'members agreed to it' },
  reminders: { domain: 'rooms', rows: 'identity = $1', erase: { delete: true } },
  push_devices: {
    domain: 'accounts',
    rows: 'person = $1',
    hidden: ['endpoint', 'p256dh', 'auth'],
    erase: { delete: true },
  },
  notice_recipients: { domain: 'rooms', rows: 'identity = $1', erase: { delete: true } },
  club_entitlements: { domain: 'rooms', rows: 'identity = $1', kept: BOOKS },

  billing_names: { domain: 'money', rows: 'identity = $1', erase: { delete: true } },
  buyers: { domain: 'money', rows: 'identity = $1', erase: { delete: true } },
  card_tips: { domain: 'money', rows: 'identity = $1', erase: { set: { name: ERASED, message: 'null' } } },
  checkouts: {
    domain: 'money',
    rows: 'identity = $1',
    hidden: ['url'],
    erase: {
      set: { name: ERASED, success_url: "''", cancel_url: "''", url: 'null', card: 'null', card_fingerprint: 'null' },
    },
  },
  creator_businesses: {
    domain: 'money',
    rows: 'creator = $1',
    erase: { delete: 'until_year is null' },
    kept: 'the tax details that reports to the tax authorities need, until their term has passed (LOGE_TAX_REPORT_YEARS)',
  },
  creator_accounts: { domain: 'money', rows: 'creator = $1', kept: BOOKS },
  creator_reserves: { domain: 'money', rows: 'creator = $1', hidden: ['by'], kept: BOOKS },
  dac7_documents: {
    domain: 'money',
    rows: 'creator = $1',
    kept: 'what was reported to the tax authority, until the term of the law has passed (LOGE_TAX_REPORT_YEARS)',
  },
  desk_acts: { domain: 'money', rows: 'subject = $1', hidden: ['by'], kept: 'what operators did stays on record' },
  desk_bookings: { domain: 'money', rows: 'subject = $1', hidden: ['by', 'decided_by'], kept: BOOKS },
  disputes: { domain: 'money', rows: 'identity = $1', hidden: ['submitted_by'], erase: { set: { evidence: 'null' } } },
  invoices: {
    domain: 'money',
    rows: 'identity = $1',
    kept: 'issued receipts keep the name that their buyer gave, until the term of the law on accounts has passed (LOGE_INVOICE_RETENTION_YEARS)',
  },
  ledger_accounts: { domain: 'money', rows: 'owner = $1', kept: BOOKS },
  ledger_entries: {
    domain: 'money',
    rows: 'account in (select id from ledger_accounts where owner = $1)',
    kept: BOOKS,
  },
  ledger_holds: { domain: 'money', rows: 'identity = $1', kept: BOOKS },
  membership_invoices: {
    domain: 'money',
    rows: 'membership in (select id from memberships where identity = $1)',
    kept: BOOKS,
  },
  membership_terms: {
    domain: 'money',
    rows: 'membership in (select id from memberships where identity = $1)',
    kept: BOOKS,
  },
  memberships: {
    domain: 'money',
    rows: 'identity = $1',
    erase: { set: { name: ERASED, success_url: "''", cancel_url: "''" } },
  },
  payments: { domain: 'money', rows: 'identity = $1', kept: BOOKS },
  payouts: { domain: 'money', rows: 'creator = $1', kept: BOOKS },
  pledges: { domain: 'money', rows: 'creator = $1', erase: { delete: true } },
  private_sessions: { domain: 'money', rows: 'identity = $1', erase: { set: { name: ERASED } } },
  private_session_charges: {
    domain: 'money',
    rows: 'session in (select id from private_sessions where identity = $1)',
    kept: BOOKS,
  },
  promotions: { domain: 'money', rows: 'identity = $1', hidden: ['by'], kept: BOOKS },
  provider_customers: { domain: 'money', rows: 'identity = $1', erase: { delete: true } },
  provider_refunds: { domain: 'money', rows: 'identity = $1', kept: BOOKS },
  refunds: { domain: 'money', rows: 'identity = $1', hidden: ['by'], kept: BOOKS },
  self_billing_agreements: {
    domain: 'money',
    rows: 'creator = $1',
    kept: 'proof of what a creator agreed to, under their identity alone',
  },
  self_bills: {
    domain: 'money',
    rows: 'creator = $1',
    kept: 'bills between the house and a creator are kept for as long as the law on accounts asks',
  },
  released_earnings: { domain: 'money', rows: 'creator = $1', kept: BOOKS },
  tickets: { domain: 'money', rows: 'identity = $1', kept: BOOKS },
  waivers: {
    domain: 'money',
    rows: 'item in (select id from tickets where identity = $1 union select id from memberships where identity = $1)',
    kept: 'proof of what was agreed before the sale',
  },
  tips: {
    domain: 'money',
    rows: 'id in (select id from payments where identity = $1)',
    erase: { set: { name: ERASED, message: 'null' } },
  },

  chat_acts: { domain: 'chat', rows: 'target = $1', hidden: ['actor'], kept: CHAT },
  chat_entries: { domain: 'chat', rows: 'identity = $1', kept: CHAT },
  chat_held: { domain: 'chat', rows: 'identity = $1', kept: CHAT },
  chat_polls: { domain: 'chat', rows: 'started_by = $1', kept: CHAT },
  chat_poll_votes: { domain: 'chat', rows: 'identity = $1', kept: CHAT },
  mutes: { domain: 'chat', rows: 'identity = $1', kept: CHAT },
  chat_reports: { domain: 'chat', rows: 'reporter = $1', hidden: ['evidence'], kept: CHAT },

  charter_acceptances: {
    domain: 'trust',
    rows: 'identity = $1',
    hidden: ['api_key'],
    kept: 'proof of what a creator agreed to, under their identity alone',
  },

  reports: {
    domain: 'trust',
    rows: 'reporter = $1',
    hidden: ['accused', 'evidence'],
    erase: { set: { reporter: 'null', contact: 'null', note: 'null' } },
    kept: 'evidence has its own term (LOGE_CHAT_EVIDENCE_DAYS), also where it names the person',
  },

  unfounded_reports: { domain: 'trust', rows: 'reporter = $1', hidden: ['by'], erase: { delete: true } },
  review_cases: {
    domain: 'trust',
    rows: 'accused = $1',
    hidden: ['subject_key', 'category', 'severity', 'is_order', 'due_at', 'decide_by', 'owed'],
    erase: {
      set: {
        accused: 'null',
        subject_key: "case when subject_key like 'person:%' then 'erased:' || id else subject_key end",
      },
    },
  },
  // Before the decisions, which name the person whom the reasons of an answer are about.
  appeals: {
    domain: 'trust',
    rows: 'by = $1',
    hidden: ['decided_by'],
    erase: {
      rows: `id in (select id from appeals where by = $1
        union all select appeals.id from appeals join decisions on decisions.id = decision where accused = $1)`,
      set: { by: 'nullif(by, $1)', text: 'case when by = $1 then null else text end', reasons: 'null' },
    },
  },
  decisions: {
    domain: 'trust',
    rows: 'accused = $1',
    hidden: ['by'],
    erase: { set: { accused: 'null', reasons: 'null' } },
    kept: 'what was decided on what ground is counted in the figures, without the person',
  },
  case_looks: { domain: 'trust', rows: 'by = $1', kept: 'which reviewer looked at a case stays on record' },

  committee_terms: {
    domain: 'trust',
    rows: 'person = $1',
    hidden: ['invited_by', 'ended_by'],
    erase: { set: { biography: 'null' } },
    kept: 'who held a seat when, and why they resigned or were removed, stays on record, under the id of the person',
  },
  committee_declarations: {
    domain: 'trust',
    rows: 'term in (select id from committee_terms where person = $1)',
    erase: { set: { interests: 'null' } },
    kept: 'what a member declared when stays on record, without the text',
  },

  committee_cases: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'opened_by = $1 or closed_by = $1',
    hidden: ['opened_by', 'closed_by'],
    kept: 'which member opened a case, and why it was closed, stays on record',
  },
  committee_case_people: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'person = $1',
    erase: { set: { person: 'null' } },
    kept: 'that a case had somebody with this number stays on record, without the person',
  },
  committee_recusals: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'member = $1',
    kept: 'why a member took no part in a case stays on record',
  },
  committee_evidence_requests: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'member = $1',
    kept: 'which member asked for evidence, and why, stays on record',
  },
  committee_requests: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'by = $1',
    erase: { set: { text: 'null' } },
    kept: 'that somebody has asked the committee stays on record, without the text',
  },
  committee_opinions: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'by = $1 or vote_called_by = $1',
    hidden: ['by', 'vote_called_by'],
    kept: 'who began an opinion, and called the vote, stays on record',
  },
  committee_opinion_texts: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'by = $1',
    kept: 'what members wrote in office stays on record',
  },
  committee_remarks: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'by = $1',
    kept: 'what members wrote in office stays on record',
  },
  committee_thresholds: {
    domain: 'trust',
    isOwnOnly: true,
    rows: 'set_by = $1 or ended_by = $1',
    hidden: ['set_by', 'ended_by'],
    kept: 'which member set or ended a threshold, and why, stays on record',
  },
  proposal_comments: {
    domain: 'trust',
    rows: 'by = $1',
    hidden: ['hidden_by'],
    erase: { set: { text: 'null' } },
    kept: 'that somebody commented on a proposal stays on record, without the text',
  },
  committee_votes: { domain: 'trust', isOwnOnly: true, rows: 'member = $1', kept: 'how members voted stays on record' },
  committee_answers: { domain: 'trust', rows: 'by = $1', kept: 'who answered for the management stays on record' },
  committee_steps: { domain: 'trust', rows: 'done_by = $1', kept: 'who said that a step is done stays on record' },

  // After the tables of which the record has entries: what is appended meanwhile waits for those, and is found here.
  record_openings: {
    domain: 'trust',
    rows: 'person = $1',
    hidden: ['about'],
    erase: {
      rows: `ctid in (select ctid from record_openings where person = $1 union all select ctid from record_openings where about = $1)`,
      set: { salt: 'null', content: 'null', person: 'null', about: 'null' },
    },
  },

  events: { domain: 'events', rows: 'identity = $1', kept: 'erased by the event log, and deleted after 90 days' },
};

/** Tables without personal data, or with data that is deleted soon. */
export const IMPERSONAL_TABLES: Record<string, string> = {
  api_keys: 'keys of programs',
  associations: 'organisations',
  cancellations: 'decisions on rooms',
  charter_versions: 'texts of the house',
  chat_hooks: 'a setting of the house',
  chat_rooms: 'settings of rooms',
  chat_sequences: 'counters',
  chat_words: 'word lists',
  dac7_filings: 'files for the tax authority; what they say of somebody is in dac7_documents',
  desk_act_outcomes: 'how acts of operators went',
  committee_alarms: 'figures',
  committee_case_files: 'which cases are in which',
  committee_seats: 'seats by competence',
  dispute_freezes: 'which transactions a dispute concerns',
  event_counters: 'counters',
  event_listings: 'a cursor',
  fee_policies: 'a setting of the house',
  gateways: 'processes',
  goals: 'goals of rooms',
  invoice_series: 'counters',
  ledger_transactions: 'amounts by source; their entries are listed with their accounts',
  notices: 'notices about rooms',
  push_keys: 'keys of the house',
  push_messages: 'texts about rooms, deleted once they were sent',
  outbox: 'facts, deleted an hour after everybody has taken them',
  passkey_challenges: 'random values, deleted within the hour',
  oidc_requests: 'random values, deleted within the hour',
  payout_batches: 'sums',
  picture_files: 'files of pictures, deleted with their last use',
  provider_events: 'ids of the payment provider',
  reconciliations: 'comparisons of sums',
  record_checkpoints: 'signatures of the house',
  record_cosignatures: 'signatures of witnesses',
  record_entries: 'what is public for good; people are behind commitments',
  record_keys: 'keys of the house',
  record_logs: 'names of logs',
  record_member_signatures: 'signatures by keys and terms that are public for good',
  record_tiles: 'hashes',
  sale_terms: 'rates',
  tip_menus: 'menus of rooms',
  self_billed: 'which bill a sale is on',
  webhook_attempts: 'answers of embedders’ servers',
  webhook_deliveries: 'which event went where',
  webhook_endpoints: 'a setting of the house',
  webhook_lanes: 'queues',
};
