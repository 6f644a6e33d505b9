/** What is to happen later by itself, as it is kept until then; `tasks.ts` above does it. */

export type TaskWithoutId =
  | { kind: 'settle_charge'; charge: string; dueAtMs: number }
  | { kind: 'dispute_charge'; charge: string; dueAtMs: number }
  | { kind: 'finish_refund'; refund: string; outcome: 'referenced' | 'succeeded' | 'failed'; dueAtMs: number }
  | { kind: 'expire_session'; session: string; dueAtMs: number }
  | { kind: 'expire_authorization'; paymentIntent: string; dueAtMs: number };

export type Task = TaskWithoutId & { id: string };
