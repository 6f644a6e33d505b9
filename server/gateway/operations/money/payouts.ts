/** Outgoing money: payouts, disputes, reconciliation, and the tax report; for embedders' servers and operators. */

import { AppError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import {
  creatorFreezeAnswer,
  creatorFreezeInput,
  deskPayouts,
  deskPayoutsInput,
  reconciliationList,
} from '../../../protocol/money/desk.ts';
import {
  dac7Query,
  dac7Report,
  disputeList,
  disputesQuery,
  evidence,
  evidenceInput,
  payoutBatch,
  reconciliation,
  reconciliationInput,
} from '../../../protocol/money/payouts.ts';
import { downloadOperation, operation } from '../operation.ts';
import { parseIdentity } from '../params.ts';
import { actorOf, seenBy } from './desk.ts';
import { exportSellers } from './earnings-exports.ts';

const BY_HOUSE = { by: ['server:money', 'operator'] } as const;
const BY_SERVER = { by: ['server:money'] } as const;

const batchOperations = [
  operation({
    ...BY_HOUSE,
    name: 'deskPayouts',
    http: 'GET /v1/payouts',
    answer: deskPayouts,
    summary: 'List payouts: due, paid and stopped',
    run: ({ money }, call) => money.desk.listPayouts(seenBy(call)),
  }),
  operation({
    ...BY_HOUSE,
    name: 'createPayoutBatch',
    http: 'POST /v1/payout-batches',
    limit: 'money',
    input: deskPayoutsInput,
    example: {},
    answer: payoutBatch,
    status: 201,
    summary: 'Pay out available earnings',
    description:
      'Creates a payout for each payable creator with at least the minimum. Payouts are `pending` until the payment provider accepts them; the amount of a refused one becomes available again.',
    errors: ['creator_not_found'],
    run: async ({ accounts, money }, call) => {
      await accounts.assertCreators(call.input.creators ?? []);
      return money.desk.runPayouts({ ...call.input, ...seenBy(call), by: actorOf(call) });
    },
  }),
  operation({
    ...BY_SERVER,
    name: 'getPayoutBatch',
    http: 'GET /v1/payout-batches/:batch',
    answer: payoutBatch,
    summary: 'Get a batch of payouts',
    errors: ['payout_batch_not_found'],
    run: ({ money }, call) => money.payouts.getBatch(call.params.batch, seenBy(call)),
  }),
  operation({
    ...BY_HOUSE,
    name: 'deskFreeze',
    http: 'POST /v1/creators/:creator/payout-freeze',
    limit: 'money',
    input: creatorFreezeInput,
    example: { frozen: true, reason: 'The identity document is being checked' },
    answer: creatorFreezeAnswer,
    summary: 'Stop or resume payouts to a creator',
    description: 'Earnings are still booked. Repeated calls have no further effect.',
    errors: ['creator_not_found'],
    run: async ({ accounts, money }, call) => {
      const creator = await accounts.getCreator(parseIdentity(call.params.creator));
      return { freeze: await money.desk.setFreeze(creator.identity, { ...call.input, by: actorOf(call) }) };
    },
  }),
  operation({
    ...BY_HOUSE,
    name: 'getDac7Report',
    http: 'GET /v1/reports/dac7',
    input: dac7Query,
    answer: dac7Report,
    summary: 'Get the DAC7 figures of a quarter',
    description:
      'For each seller: the consideration credited in the quarter, net of what was withheld, the number of sales, and fees and taxes withheld, see Directive (EU) 2021/514, annex V, section III. As CSV at `/v1/reports/dac7.csv`.',
    run: ({ money }, call) => money.statements.dac7(call.input.quarter, seenBy(call)),
  }),
  downloadOperation({
    ...BY_HOUSE,
    name: 'exportDac7Report',
    http: 'GET /v1/reports/dac7.csv',
    format: 'csv',
    input: dac7Query,
    summary: 'Export the DAC7 figures of a quarter as CSV',
    run: async ({ money }, call) => {
      const { quarter, sellers } = await money.statements.dac7(call.input.quarter, seenBy(call));
      return exportSellers(quarter, sellers);
    },
  }),
];

const disputeOperations = [
  operation({
    ...BY_HOUSE,
    name: 'listDisputes',
    http: 'GET /v1/disputes',
    input: disputesQuery,
    answer: disputeList,
    summary: 'List disputes',
    description: 'The newest hundred, all or those of one status.',
    run: async ({ money }, call) => ({ disputes: await money.desk.listDisputes(call.input.status, seenBy(call)) }),
  }),
  operation({
    ...BY_HOUSE,
    name: 'submitEvidence',
    http: 'POST /v1/disputes/:dispute/evidence',
    limit: 'money',
    input: evidenceInput,
    example: { note: 'The fan watched the whole evening and wrote in the chat.' },
    answer: evidence,
    status: 201,
    summary: 'Submit evidence for a dispute',
    description: 'Submits the evidence from our records, with your note, to the bank. This is possible once.',
    errors: ['dispute_not_found', 'dispute_closed', 'provider_unavailable'],
    run: ({ money }, call) =>
      money.desk.submitEvidence(call.params.dispute, { note: call.input.note, by: actorOf(call), ...seenBy(call) }),
  }),
];

const reconciliationOperations = [
  operation({
    ...BY_HOUSE,
    name: 'createReconciliation',
    http: 'POST /v1/reconciliations',
    limit: 'money',
    input: reconciliationInput,
    example: {},
    answer: reconciliation,
    status: 201,
    summary: 'Reconcile the books with the provider now',
    description: 'Since a time, by default over the last weeks. Each difference has an explanation.',
    errors: ['provider_unavailable'],
    run: ({ money }, call) => {
      const { since } = call.input;
      return money.desk.reconcile(actorOf(call), since === undefined ? undefined : Date.parse(since));
    },
  }),
  operation({
    ...BY_HOUSE,
    name: 'deskReconciliations',
    http: 'GET /v1/reconciliations',
    answer: reconciliationList,
    summary: 'List reconciliations',
    description: 'The newest hundred.',
    run: async ({ money }) => ({
      reconciliations: await money.reconciliations.list(LIMITS.listPageItems),
    }),
  }),
  operation({
    ...BY_SERVER,
    name: 'getReconciliation',
    http: 'GET /v1/reconciliations/latest',
    answer: reconciliation,
    summary: 'Get the latest reconciliation',
    errors: ['not_found'],
    run: async ({ money }) => {
      const found = await money.reconciliations.findLatest();
      if (!found) throw new AppError('not_found', 'Nothing was compared yet.');
      return found;
    },
  }),
];

export const payoutOperations = [...batchOperations, ...disputeOperations, ...reconciliationOperations];
