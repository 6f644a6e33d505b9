CREATE TABLE "creators" (
	"identity" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"country" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chat_entries" (
	"room" text NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"text" text,
	"amount_minor" integer,
	"currency" text,
	"client_id" text,
	"removed_at" timestamp with time zone,
	"sent_at" timestamp with time zone NOT NULL,
	CONSTRAINT "chat_entries_room_seq_pk" PRIMARY KEY("room","seq")
);
--> statement-breakpoint
CREATE TABLE "chat_sequences" (
	"room" text PRIMARY KEY NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "checkouts" (
	"id" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"source_id" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"description" text NOT NULL,
	"success_url" text NOT NULL,
	"cancel_url" text NOT NULL,
	"locale" text,
	"status" text NOT NULL,
	"provider_session" text,
	"url" text,
	"provider_payment" text,
	"fee_minor" bigint,
	"next_check_at" timestamp with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"paid_at" timestamp with time zone,
	CONSTRAINT "checkouts_source_id_unique" UNIQUE("source_id"),
	CONSTRAINT "checkouts_provider_session_unique" UNIQUE("provider_session"),
	CONSTRAINT "checkouts_amount" CHECK ("checkouts"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "fee_policies" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"vat_bps" integer NOT NULL,
	"commission_bps" integer NOT NULL,
	"charity_bps" integer NOT NULL,
	"effective_at" timestamp with time zone NOT NULL,
	CONSTRAINT "fee_policies_version_unique" UNIQUE("version")
);
--> statement-breakpoint
CREATE TABLE "ledger_accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"kind" text NOT NULL,
	"currency" text NOT NULL,
	"balance" bigint,
	"held" bigint DEFAULT 0 NOT NULL,
	"min_balance" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_accounts_cached" CHECK (("ledger_accounts"."kind" = 'fan_wallet') = ("ledger_accounts"."balance" is not null)),
	CONSTRAINT "ledger_accounts_not_below" CHECK ("ledger_accounts"."balance" >= coalesce("ledger_accounts"."min_balance", 0)),
	CONSTRAINT "ledger_accounts_held" CHECK ("ledger_accounts"."held" >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"seq" bigserial NOT NULL,
	"transaction" text NOT NULL,
	"account" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	CONSTRAINT "ledger_entries_transaction_account_pk" PRIMARY KEY("transaction","account"),
	CONSTRAINT "ledger_entries_not_zero" CHECK ("ledger_entries"."amount_minor" <> 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_transactions" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"source_type" text NOT NULL,
	"source_id" text NOT NULL,
	"reverses_id" text,
	"currency" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_customers" (
	"identity" text PRIMARY KEY NOT NULL,
	"customer" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_events" (
	"id" text PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"object_id" text NOT NULL,
	"type" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"processed_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" text PRIMARY KEY NOT NULL,
	"ticket" text,
	"tip" text,
	"topup" text,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"to" text NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"provider_payment" text,
	"provider_refund" text,
	"round" integer DEFAULT 1 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"failure" text,
	"created_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "refunds_ticket_unique" UNIQUE("ticket"),
	CONSTRAINT "refunds_tip_unique" UNIQUE("tip"),
	CONSTRAINT "refunds_topup_unique" UNIQUE("topup"),
	CONSTRAINT "refunds_amount" CHECK ("refunds"."amount_minor" > 0),
	CONSTRAINT "refunds_of_one" CHECK (num_nonnulls("refunds"."ticket", "refunds"."tip", "refunds"."topup") = 1)
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"paid_from" text NOT NULL,
	"status" text NOT NULL,
	"fee_policy" text NOT NULL,
	"creator_minor" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"bought_at" timestamp with time zone,
	CONSTRAINT "tickets_price" CHECK ("tickets"."price_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "tips" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"message" text,
	"menu_item" text,
	"idempotency_key" text NOT NULL,
	"status" text NOT NULL,
	"fee_policy" text NOT NULL,
	"creator_minor" bigint NOT NULL,
	"sent_at" timestamp with time zone NOT NULL,
	CONSTRAINT "tips_amount" CHECK ("tips"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "topups" (
	"id" text PRIMARY KEY NOT NULL,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "topups_amount" CHECK ("topups"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"topic" text NOT NULL,
	"room" text,
	"identity" text,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"dispatched_at" timestamp with time zone,
	CONSTRAINT "outbox_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "entitlements" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"source" text NOT NULL,
	"source_id" text NOT NULL,
	"valid_until" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"revoked_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "removals" (
	"id" text NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"by" text NOT NULL,
	"reason" text NOT NULL,
	"removed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "removals_room_identity_pk" PRIMARY KEY("room","identity"),
	CONSTRAINT "removals_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "rooms" (
	"id" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"title" text NOT NULL,
	"access_kind" text NOT NULL,
	"price_minor" integer,
	"rate_per_minute_minor" integer,
	"currency" text NOT NULL,
	"chat_enabled" boolean DEFAULT true NOT NULL,
	"starts_at" timestamp with time zone,
	"live_started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "chat_entries_id" ON "chat_entries" USING btree ("kind","id");--> statement-breakpoint
CREATE UNIQUE INDEX "chat_entries_client" ON "chat_entries" USING btree ("room","identity","client_id") WHERE "chat_entries"."client_id" is not null;--> statement-breakpoint
CREATE INDEX "checkouts_due" ON "checkouts" USING btree ("next_check_at") WHERE "checkouts"."next_check_at" is not null;--> statement-breakpoint
CREATE INDEX "checkouts_payment" ON "checkouts" USING btree ("provider_payment");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_accounts_owner" ON "ledger_accounts" USING btree ("owner","kind","currency");--> statement-breakpoint
CREATE INDEX "ledger_entries_account" ON "ledger_entries" USING btree ("account","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_transactions_source" ON "ledger_transactions" USING btree ("kind","source_type","source_id");--> statement-breakpoint
CREATE INDEX "ledger_transactions_reverses" ON "ledger_transactions" USING btree ("reverses_id") WHERE "ledger_transactions"."reverses_id" is not null;--> statement-breakpoint
CREATE INDEX "provider_events_due" ON "provider_events" USING btree ("next_attempt_at") WHERE "provider_events"."next_attempt_at" is not null;--> statement-breakpoint
CREATE INDEX "provider_events_created" ON "provider_events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "refunds_due" ON "refunds" USING btree ("next_attempt_at") WHERE "refunds"."next_attempt_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_valid" ON "tickets" USING btree ("room","identity") WHERE "tickets"."status" = 'valid';--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_pending" ON "tickets" USING btree ("room","identity") WHERE "tickets"."status" = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "tips_idempotency" ON "tips" USING btree ("room","identity","idempotency_key");--> statement-breakpoint
CREATE INDEX "topups_identity" ON "topups" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "outbox_pending" ON "outbox" USING btree ("seq") WHERE "outbox"."dispatched_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "entitlements_source" ON "entitlements" USING btree ("source","source_id");--> statement-breakpoint
CREATE INDEX "entitlements_holder" ON "entitlements" USING btree ("room","identity");--> statement-breakpoint
CREATE INDEX "entitlements_expiring" ON "entitlements" USING btree ("valid_until") WHERE "entitlements"."revoked_at" is null;--> statement-breakpoint
CREATE INDEX "rooms_creator" ON "rooms" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "rooms_created" ON "rooms" USING btree ("created_at");