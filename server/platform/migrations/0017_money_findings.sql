DROP INDEX "refunds_one_topup";--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "is_cancelled_by_dispute" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "part" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "desk_acts" ADD COLUMN "outcome" text DEFAULT 'done' NOT NULL;--> statement-breakpoint
ALTER TABLE "desk_acts" ADD COLUMN "failure" text;--> statement-breakpoint
CREATE INDEX "membership_invoices_paid" ON "membership_invoices" USING btree ("paid_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_idempotency" ON "refunds" USING btree ("by","idempotency_key") WHERE "refunds"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "tickets_bought" ON "tickets" USING btree (coalesce("bought_at", "created_at"),"id") WHERE "tickets"."status" in ('valid', 'refunded', 'disputed');--> statement-breakpoint
CREATE INDEX "tips_sent" ON "tips" USING btree ("sent_at","id");--> statement-breakpoint
CREATE INDEX "topups_paid" ON "topups" USING btree ("settled_at","id") WHERE "topups"."status" = 'settled';--> statement-breakpoint
CREATE INDEX "private_sessions_ended" ON "private_sessions" USING btree ("ended_at","id") WHERE "private_sessions"."status" = 'ended' and "private_sessions"."charged_minor" > 0;--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_topup" ON "refunds" USING btree ("topup","part");