CREATE TABLE "ledger_holds" (
	"id" text PRIMARY KEY NOT NULL,
	"identity" text NOT NULL,
	"currency" text NOT NULL,
	"promo_minor" bigint NOT NULL,
	"paid_minor" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ledger_holds_amounts" CHECK ("ledger_holds"."promo_minor" >= 0 and "ledger_holds"."paid_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "private_session_charges" (
	"session" text NOT NULL,
	"sequence" integer NOT NULL,
	"amount_minor" bigint NOT NULL,
	"confirmed_ms" bigint NOT NULL,
	"charged_at" timestamp with time zone NOT NULL,
	CONSTRAINT "private_session_charges_session_sequence_pk" PRIMARY KEY("session","sequence"),
	CONSTRAINT "private_session_charges_amount" CHECK ("private_session_charges"."amount_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "private_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"creator" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"rate_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"fee_policy" text NOT NULL,
	"terms" text NOT NULL,
	"held_minor" bigint NOT NULL,
	"confirmed_ms" bigint DEFAULT 0 NOT NULL,
	"charged_minor" bigint DEFAULT 0 NOT NULL,
	"creator_minor" bigint DEFAULT 0 NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"end_reason" text,
	"requested_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"heartbeat_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "private_sessions_charged" CHECK ("private_sessions"."charged_minor" between 0 and "private_sessions"."held_minor"),
	CONSTRAINT "private_sessions_confirmed" CHECK ("private_sessions"."confirmed_ms" >= 0)
);
--> statement-breakpoint
CREATE INDEX "ledger_holds_identity" ON "ledger_holds" USING btree ("identity");--> statement-breakpoint
CREATE UNIQUE INDEX "private_sessions_active" ON "private_sessions" USING btree ("room") WHERE "private_sessions"."status" = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "private_sessions_open" ON "private_sessions" USING btree ("room","identity") WHERE "private_sessions"."status" in ('requested', 'active');--> statement-breakpoint
CREATE INDEX "private_sessions_due" ON "private_sessions" USING btree ("status","expires_at") WHERE "private_sessions"."status" in ('requested', 'active');--> statement-breakpoint
CREATE INDEX "private_sessions_room" ON "private_sessions" USING btree ("room");