CREATE TABLE "creator_accounts" (
	"creator" text PRIMARY KEY NOT NULL,
	"provider_account" text NOT NULL,
	"is_details_submitted" boolean DEFAULT false NOT NULL,
	"is_charges_enabled" boolean DEFAULT false NOT NULL,
	"is_payouts_enabled" boolean DEFAULT false NOT NULL,
	"is_transfers_enabled" boolean DEFAULT false NOT NULL,
	"requirements" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"disabled_reason" text,
	"created_at" timestamp with time zone NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "creator_accounts_provider_account_unique" UNIQUE("provider_account")
);
--> statement-breakpoint
CREATE TABLE "dispute_freezes" (
	"transaction" text NOT NULL,
	"dispute" text NOT NULL,
	"frozen_at" timestamp with time zone NOT NULL,
	"lifted_at" timestamp with time zone,
	CONSTRAINT "dispute_freezes_transaction_dispute_pk" PRIMARY KEY("transaction","dispute")
);
--> statement-breakpoint
CREATE TABLE "disputes" (
	"id" text PRIMARY KEY NOT NULL,
	"provider_dispute" text NOT NULL,
	"provider_payment" text NOT NULL,
	"source_type" text NOT NULL,
	"source_id" text NOT NULL,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"fee_minor" bigint DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"status" text NOT NULL,
	"frozen_credit_minor" bigint DEFAULT 0 NOT NULL,
	"is_frozen" boolean DEFAULT false NOT NULL,
	"withdrawn_minor" bigint DEFAULT 0 NOT NULL,
	"loss_minor" bigint,
	"evidence" jsonb,
	"evidence_due_at" timestamp with time zone,
	"submitted_at" timestamp with time zone,
	"submitted_by" text,
	"opened_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "disputes_provider_dispute_unique" UNIQUE("provider_dispute"),
	CONSTRAINT "disputes_amount" CHECK ("disputes"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "payout_batches" (
	"id" text PRIMARY KEY NOT NULL,
	"by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payouts" (
	"id" text PRIMARY KEY NOT NULL,
	"batch" text NOT NULL,
	"creator" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL,
	"provider_account" text NOT NULL,
	"provider_transfer" text,
	"round" integer DEFAULT 1 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"failure" text,
	"created_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "payouts_provider_transfer_unique" UNIQUE("provider_transfer"),
	CONSTRAINT "payouts_amount" CHECK ("payouts"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "provider_made_refunds" (
	"provider_refund" text PRIMARY KEY NOT NULL,
	"provider_payment" text NOT NULL,
	"source_type" text NOT NULL,
	"source_id" text NOT NULL,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"loss_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "provider_made_refunds_amount" CHECK ("provider_made_refunds"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"id" text PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"currency" text NOT NULL,
	"movement_count" integer NOT NULL,
	"ledger_minor" bigint NOT NULL,
	"provider_minor" bigint NOT NULL,
	"difference_minor" bigint NOT NULL,
	"unexplained_count" integer NOT NULL,
	"items" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "released_earnings" (
	"sale" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"release" text NOT NULL,
	"released_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "goals" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"title" text NOT NULL,
	"target_minor" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "goals_target" CHECK ("goals"."target_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "tip_menus" (
	"room" text PRIMARY KEY NOT NULL,
	"items" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "dispute_freezes_dispute" ON "dispute_freezes" USING btree ("dispute");--> statement-breakpoint
CREATE INDEX "disputes_opened" ON "disputes" USING btree ("opened_at");--> statement-breakpoint
CREATE INDEX "disputes_source" ON "disputes" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "payout_batches_created" ON "payout_batches" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "payouts_batch" ON "payouts" USING btree ("batch");--> statement-breakpoint
CREATE INDEX "payouts_creator" ON "payouts" USING btree ("creator","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "payouts_pending" ON "payouts" USING btree ("creator") WHERE "payouts"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "payouts_due" ON "payouts" USING btree ("next_attempt_at") WHERE "payouts"."next_attempt_at" is not null;--> statement-breakpoint
CREATE INDEX "provider_made_refunds_source" ON "provider_made_refunds" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "reconciliations_started" ON "reconciliations" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "released_earnings_creator" ON "released_earnings" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "released_earnings_release" ON "released_earnings" USING btree ("release");--> statement-breakpoint
CREATE UNIQUE INDEX "goals_open" ON "goals" USING btree ("room") WHERE "goals"."closed_at" is null;