/** A scheduled task as it is stored; `tasks.ts` above runs it. */

export type TaskWithoutId =
  | { kind: 'move_payout'; account: string | null; payout: string; step: 'send' | 'arrive'; dueAtMs: number }
  | { kind: 'pay_out'; account: string | null; dueAtMs: number }
  | { kind: 'renew_subscription'; subscription: string; periodEnd: number; dueAtMs: number }
  | { kind: 'retry_invoice'; invoice: string; attemptAt: number; dueAtMs: number }
  | { kind: 'settle_charge'; charge: string; dueAtMs: number }
  | { kind: 'dispute_charge'; charge: string; dueAtMs: number }
  | { kind: 'dispute_due'; dispute: string; dueBy: number; dueAtMs: number }
  | { kind: 'end_dispute'; dispute: string; outcome: 'won' | 'lost'; dueAtMs: number }
  | { kind: 'end_subscription'; subscription: string; cancelAt: number; dueAtMs: number }
  | { kind: 'expire_subscription'; subscription: string; dueAtMs: number }
  | { kind: 'finalize_invoice'; invoice: string; dueAtMs: number }
  | { kind: 'finish_refund'; refund: string; outcome: 'referenced' | 'succeeded' | 'failed'; dueAtMs: number }
  | { kind: 'expire_session'; session: string; dueAtMs: number };

export type Task = TaskWithoutId & { id: string };
