/** What happens later by itself: charges settle, refunds come through, sessions expire. */
import type { Operation } from './api/operation.ts';
import { expireSession } from './checkout/sessions.ts';
import { settleCharge } from './payments/charges.ts';
import { expireAuthorization } from './payments/payment-intents.ts';
import { finishRefund } from './payments/refunds.ts';
import type { Task } from './store/tasks.ts';

export function runTask(operation: Operation, task: Task): void {
  switch (task.kind) {
    case 'settle_charge':
      settleCharge(operation, task.charge);
      break;
    case 'dispute_charge':
      break;
    case 'expire_authorization':
      expireAuthorization(operation, task.paymentIntent);
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
