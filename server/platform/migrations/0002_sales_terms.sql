CREATE TABLE "event_counters" (
	"scope" text PRIMARY KEY NOT NULL,
	"value" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"room" text,
	"room_seq" bigint,
	"identity" text,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "events_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "webhook_attempts" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"delivery" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"status" integer,
	"latency_ms" integer NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"endpoint" text NOT NULL,
	"lane" text NOT NULL,
	"event" text NOT NULL,
	"event_seq" bigint NOT NULL,
	"status" text NOT NULL,
	"is_replay" boolean DEFAULT false NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"id" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"description" text,
	"types" jsonb,
	"secret" text NOT NULL,
	"previous_secret" text,
	"previous_secret_until" timestamp with time zone,
	"disabled_at" timestamp with time zone,
	"disabled_reason" text,
	"failing_since" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_lanes" (
	"endpoint" text NOT NULL,
	"lane" text NOT NULL,
	"next_attempt_at" timestamp with time zone,
	CONSTRAINT "webhook_lanes_endpoint_lane_pk" PRIMARY KEY("endpoint","lane")
);
--> statement-breakpoint
CREATE TABLE "cancellations" (
	"room" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"decided_at" timestamp with time zone NOT NULL,
	"completed_at" timestamp with time zone,
	"ticket_count" integer DEFAULT 0 NOT NULL,
	"refunded_minor" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "card_tips" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"creator" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"message" text,
	"menu_item" text,
	"idempotency_key" text NOT NULL,
	"terms" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "card_tips_amount" CHECK ("card_tips"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "associations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"country" text NOT NULL,
	"url" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "buyers" (
	"identity" text PRIMARY KEY NOT NULL,
	"country" text NOT NULL,
	"noted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pledges" (
	"creator" text PRIMARY KEY NOT NULL,
	"association" text NOT NULL,
	"share_bps" integer NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "pledges_share" CHECK ("pledges"."share_bps" between 1 and 10000)
);
--> statement-breakpoint
CREATE TABLE "sale_terms" (
	"id" text PRIMARY KEY NOT NULL,
	"fee_policy" text NOT NULL,
	"country" text NOT NULL,
	"vat_bps" integer NOT NULL,
	"commission_bps" integer NOT NULL,
	"association" text,
	"charity_bps" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "promotions" (
	"id" text PRIMARY KEY NOT NULL,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"expires_at" timestamp with time zone,
	"expired_at" timestamp with time zone,
	"expired_minor" bigint,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "promotions_amount" CHECK ("promotions"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "ticket_waivers" (
	"ticket" text PRIMARY KEY NOT NULL,
	"text_version" text NOT NULL,
	"language" text NOT NULL,
	"text" text NOT NULL,
	"accepted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ledger_accounts" DROP CONSTRAINT "ledger_accounts_cached";--> statement-breakpoint
ALTER TABLE "checkouts" ADD COLUMN "card" text;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "terms" text;--> statement-breakpoint
ALTER TABLE "tips" ADD COLUMN "terms" text;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "published_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "capacity" integer;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "first_live_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "events_room" ON "events" USING btree ("room","room_seq");--> statement-breakpoint
CREATE INDEX "events_type" ON "events" USING btree ("type","seq");--> statement-breakpoint
CREATE INDEX "events_created" ON "events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "webhook_attempts_delivery" ON "webhook_attempts" USING btree ("delivery","seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_waiting" ON "webhook_deliveries" USING btree ("endpoint","lane","event_seq") WHERE "webhook_deliveries"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_endpoint" ON "webhook_deliveries" USING btree ("endpoint","event_seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_settled" ON "webhook_deliveries" USING btree ("settled_at") WHERE "webhook_deliveries"."settled_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" USING btree ("endpoint","event") WHERE not "webhook_deliveries"."is_replay";--> statement-breakpoint
CREATE INDEX "webhook_lanes_due" ON "webhook_lanes" USING btree ("endpoint","next_attempt_at") WHERE "webhook_lanes"."next_attempt_at" is not null;--> statement-breakpoint
CREATE INDEX "cancellations_open" ON "cancellations" USING btree ("decided_at") WHERE "cancellations"."completed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "card_tips_idempotency" ON "card_tips" USING btree ("room","identity","idempotency_key");--> statement-breakpoint
CREATE INDEX "pledges_association" ON "pledges" USING btree ("association");--> statement-breakpoint
CREATE INDEX "promotions_identity" ON "promotions" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "promotions_due" ON "promotions" USING btree ("expires_at") WHERE "promotions"."expired_at" is null and "promotions"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "outbox_unpublished" ON "outbox" USING btree ("seq") WHERE "outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "rooms_never_live" ON "rooms" USING btree ("ended_at","starts_at") WHERE "rooms"."first_live_at" is null;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD CONSTRAINT "ledger_accounts_cached" CHECK (("ledger_accounts"."kind" in ('fan_wallet', 'fan_promo')) = ("ledger_accounts"."balance" is not null));