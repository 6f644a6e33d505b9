CREATE TABLE "creator_freezes" (
	"id" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"frozen_at" timestamp with time zone NOT NULL,
	"lifted_at" timestamp with time zone,
	"lifted_by" text,
	"lift_reason" text
);
--> statement-breakpoint
CREATE TABLE "desk_acts" (
	"id" text PRIMARY KEY NOT NULL,
	"act" text NOT NULL,
	"subject" text NOT NULL,
	"by" text NOT NULL,
	"reason" text,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_ticket_unique";--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_tip_unique";--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_topup_unique";--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_of_one";--> statement-breakpoint
ALTER TABLE "membership_invoices" ADD COLUMN "id" text DEFAULT 'invoice_0000000' || substr(md5(random()::text), 1, 17) NOT NULL;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "standing" text;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD COLUMN "release_due_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD COLUMN "released_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "membership_invoice" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "private_session" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "is_rest" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "topups" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
CREATE UNIQUE INDEX "creator_freezes_standing" ON "creator_freezes" USING btree ("creator") WHERE "creator_freezes"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "desk_acts_subject" ON "desk_acts" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "desk_acts_at" ON "desk_acts" USING btree ("at");--> statement-breakpoint
CREATE INDEX "ledger_accounts_release" ON "ledger_accounts" USING btree ("release_due_at") WHERE "ledger_accounts"."kind" = 'creator_pending';--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_ticket" ON "refunds" USING btree ("ticket","is_rest");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_tip" ON "refunds" USING btree ("tip","is_rest");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_topup" ON "refunds" USING btree ("topup","is_rest");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_membership_invoice" ON "refunds" USING btree ("membership_invoice","is_rest");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_private_session" ON "refunds" USING btree ("private_session","is_rest");--> statement-breakpoint
CREATE INDEX "refunds_created" ON "refunds" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "topups_idempotency" ON "topups" USING btree ("identity","idempotency_key") WHERE "topups"."idempotency_key" is not null;--> statement-breakpoint
ALTER TABLE "membership_invoices" ADD CONSTRAINT "membership_invoices_id_unique" UNIQUE("id");--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_of_one" CHECK (num_nonnulls("refunds"."ticket", "refunds"."tip", "refunds"."topup", "refunds"."membership_invoice", "refunds"."private_session") = 1);