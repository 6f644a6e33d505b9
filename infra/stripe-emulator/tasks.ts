/** Scheduled tasks: charges settle, refunds succeed, sessions expire. */
import type { Operation } from './api/operation.ts';
import { finalizeByTime, retryByTime } from './billing/collection.ts';
import { endByTime } from './billing/endings.ts';
import { expireIncomplete } from './billing/standing.ts';
import { renewSubscription } from './billing/subscriptions.ts';
import { expireSession } from './checkout/sessions.ts';
import { movePayout, payOut, payOutPlatform } from './connect/payouts.ts';
import { settleCharge } from './payments/charges.ts';
import { endDispute, endDisputeByTime, openDispute } from './payments/disputes.ts';
import { finishRefund } from './payments/refunds.ts';
import type { Task } from './store/tasks.ts';

export function runTask(operation: Operation, task: Task): void {
  switch (task.kind) {
    case 'settle_charge':
      settleCharge(operation, task.charge);
      break;
    case 'dispute_charge':
      disputeCharge(operation, task.charge);
      break;
    case 'dispute_due':
      endDisputeByTime(operation, task.dispute, task.dueBy);
      break;
    case 'end_dispute': {
      const dispute = operation.must('disputes', task.dispute);
      if (dispute.status === 'under_review') endDispute(operation, dispute, task.outcome);
      break;
    }
    case 'move_payout': {
      const there = operation.of(task.account);
      movePayout(there, there.must('payouts', task.payout), task.step);
      break;
    }
    case 'pay_out': {
      if (task.account === null) payOutPlatform(operation);
      const account = operation.tx.get('accounts', task.account ?? '');
      if (account !== undefined) payOut(operation.of(account.id), account);
      break;
    }
    case 'end_subscription':
      endByTime(operation, task.subscription, task.cancelAt);
      break;
    case 'expire_subscription':
      expireIncomplete(operation, task.subscription);
      break;
    case 'finalize_invoice':
      finalizeByTime(operation, task.invoice);
      break;
    case 'renew_subscription':
      renewSubscription(operation, task.subscription, task.periodEnd);
      break;
    case 'retry_invoice':
      retryByTime(operation, task.invoice, task.attemptAt);
      break;
    case 'finish_refund':
      finishRefund(operation, task.refund, task.outcome);
      break;
    case 'expire_session': {
      const session = operation.must('checkout_sessions', task.session);
      if (session.status === 'open') expireSession(operation, session);
      break;
    }
  }
}

/** Delayed effects of some test cards after a payment. */
function disputeCharge(operation: Operation, chargeId: string): void {
  const charge = operation.must('charges', chargeId);
  const { dispute } = operation.must('card_behaviours', charge.payment_method);
  if (dispute === undefined || charge.disputed || charge.refunded) return;
  const isInquiry = dispute === 'inquiry';
  openDispute(operation, charge, { isInquiry, reason: isInquiry ? 'fraudulent' : dispute });
}
