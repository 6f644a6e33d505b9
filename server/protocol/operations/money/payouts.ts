/** Outgoing money: payouts, disputes, reconciliation, and the tax report; for embedders' servers and operators. */

import { withPeople } from '../../accounts/profiles.ts';
import {
  cardHoldAnswer,
  cardHoldInput,
  cardHoldList,
  creatorFreezeAnswer,
  creatorFreezeInput,
  creatorReserveAnswer,
  creatorReserveInput,
  deskPayouts,
  deskPayoutsInput,
  reconciliationList,
} from '../../money/desk.ts';
import {
  dac7Query,
  disputeList,
  disputesQuery,
  evidence,
  evidenceInput,
  journalQuery,
  payoutBatch,
  reconciliation,
  reconciliationInput,
} from '../../money/payouts.ts';
import { vatReport } from '../../money/vat-report.ts';
import { downloadOperation, operation } from '../contract.ts';

const BY_HOUSE = { by: ['server:money', 'operator'] } as const;
const BY_SERVER = { by: ['server:money'] } as const;

export const payoutContract = {
  deskPayouts: operation({
    ...BY_HOUSE,
    http: 'GET /v1/payouts',
    answer: withPeople(deskPayouts),
    summary: 'List payouts: due, paid and stopped',
  }),
  createPayoutBatch: operation({
    ...BY_HOUSE,
    http: 'POST /v1/payout-batches',
    limit: 'money',
    input: deskPayoutsInput,
    example: {},
    answer: payoutBatch,
    status: 201,
    summary: 'Pay out available earnings',
    description:
      'Creates a payout for each payable creator with at least the minimum; with `withoutMinimum` for each of the named `creators` with anything available. Payouts are `pending` until the payment provider accepts them; the amount of a refused one becomes available again.',
    errors: ['creator_not_found'],
  }),
  getPayoutBatch: operation({
    ...BY_SERVER,
    http: 'GET /v1/payout-batches/:batch',
    answer: payoutBatch,
    summary: 'Get a batch of payouts',
    errors: ['payout_batch_not_found'],
  }),
  deskFreeze: operation({
    ...BY_HOUSE,
    http: 'POST /v1/creators/:creator/payout-freeze',
    limit: 'money',
    input: creatorFreezeInput,
    example: { frozen: true, reason: 'The identity document is being checked' },
    answer: creatorFreezeAnswer,
    summary: 'Stop or resume payouts to a creator',
    description: 'Earnings are still booked. Repeated calls have no further effect.',
    errors: ['creator_not_found'],
  }),
  setReserve: operation({
    ...BY_HOUSE,
    http: 'PUT /v1/creators/:creator/reserve',
    limit: 'money',
    input: creatorReserveInput,
    example: { reserve: { shareBps: 1_000, days: 90 }, reason: 'Many chargebacks in spring' },
    answer: creatorReserveAnswer,
    summary: 'Hold a share of each sale back from a creator for longer',
    description:
      'Instead of `LOGE_RESERVE_PERCENT` and `LOGE_RESERVE_DAYS`. It applies to sales whose hold expires from now on, and the creator sees it with its reason and dates.',
    errors: ['creator_not_found'],
  }),
  listCardHolds: operation({
    ...BY_HOUSE,
    http: 'GET /v1/card-holds',
    answer: withPeople(cardHoldList),
    summary: 'List people who pay by card only after an operator’s word',
    description:
      'The newest hundred. After a dispute that the house has lost, the house holds card payments by itself.',
  }),
  setCardHold: operation({
    ...BY_HOUSE,
    http: 'POST /v1/buyers/:identity/card-hold',
    limit: 'money',
    input: cardHoldInput,
    example: { held: false, reason: 'They wrote to us: the bank had mixed up two cards' },
    answer: cardHoldAnswer,
    summary: 'Hold a person’s payments by card, or let them pay again',
    description:
      'While it stands, no payment page opens for them (`card_payments_held`); credit, tickets and memberships that they have stay. Repeated calls have no further effect.',
  }),
  exportJournal: downloadOperation({
    ...BY_HOUSE,
    http: 'GET /v1/reports/journal.txt',
    format: 'txt',
    isExport: true,
    input: journalQuery,
    summary: 'Export the journal of a period',
    description:
      'Every entry of the books in the form of the French *fichier des écritures comptables* (livre des procédures fiscales, article A47 A-1): 18 columns separated by tabs, ASCII, balances carried forward first. `LOGE_ACCOUNTS_CHART` changes numbers and names of accounts. An API key is shown no people of the house.',
  }),
  getVatReport: operation({
    ...BY_HOUSE,
    http: 'GET /v1/reports/vat',
    input: dac7Query,
    answer: vatReport,
    summary: 'Get the VAT of a quarter by country and rate',
    description:
      'For the domestic return and that of the EU’s one-stop shop: `corrections` name the earlier quarter that they belong to (R22r). Quarters are in the house’s time zone. As CSV at `/v1/reports/vat.csv`.',
  }),
  exportVatReport: downloadOperation({
    ...BY_HOUSE,
    http: 'GET /v1/reports/vat.csv',
    format: 'csv',
    input: dac7Query,
    summary: 'Export the VAT of a quarter as CSV',
  }),
  listDisputes: operation({
    ...BY_HOUSE,
    http: 'GET /v1/disputes',
    input: disputesQuery,
    answer: withPeople(disputeList),
    summary: 'List disputes',
    description: 'The newest hundred, all or those of one status.',
  }),
  submitEvidence: operation({
    ...BY_HOUSE,
    http: 'POST /v1/disputes/:dispute/evidence',
    limit: 'money',
    input: evidenceInput,
    example: { note: 'The fan watched the whole evening and wrote in the chat.' },
    answer: evidence,
    status: 201,
    summary: 'Submit evidence for a dispute',
    description: 'Submits the evidence from our records, with your note, to the bank. This is possible once.',
    errors: ['dispute_not_found', 'dispute_closed', 'provider_unavailable'],
  }),
  createReconciliation: operation({
    ...BY_HOUSE,
    http: 'POST /v1/reconciliations',
    limit: 'money',
    input: reconciliationInput,
    example: {},
    answer: reconciliation,
    status: 201,
    summary: 'Reconcile the books with the provider now',
    description: 'Since a time, by default over the last weeks. Each difference has an explanation.',
    errors: ['provider_unavailable'],
  }),
  deskReconciliations: operation({
    ...BY_HOUSE,
    http: 'GET /v1/reconciliations',
    answer: reconciliationList,
    summary: 'List reconciliations',
    description: 'The newest hundred.',
  }),
  getReconciliation: operation({
    ...BY_SERVER,
    http: 'GET /v1/reconciliations/latest',
    answer: reconciliation,
    summary: 'Get the latest reconciliation',
    errors: ['not_found'],
  }),
};
