CREATE TABLE "chat_acts" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"actor" text NOT NULL,
	"actor_role" text NOT NULL,
	"room" text,
	"creator" text,
	"target" text,
	"message_id" text,
	"reason" text,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chat_held" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"text" text NOT NULL,
	"client_id" text NOT NULL,
	"reply_to" text,
	"mentions" jsonb,
	"links" integer DEFAULT 0 NOT NULL,
	"reason" text NOT NULL,
	"detail" text,
	"held_at" timestamp with time zone NOT NULL,
	"decision" text,
	"decided_at" timestamp with time zone,
	"decided_reason" text
);
--> statement-breakpoint
CREATE TABLE "chat_hooks" (
	"id" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"timeout_ms" integer NOT NULL,
	"on_failure" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chat_reports" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"reporter" text NOT NULL,
	"message_id" text NOT NULL,
	"category" text NOT NULL,
	"note" text,
	"evidence" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chat_restrictions" (
	"id" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"room" text,
	"identity" text NOT NULL,
	"kind" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"by_role" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"until" timestamp with time zone,
	"lifted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "chat_words" (
	"creator" text PRIMARY KEY NOT NULL,
	"words" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chat_poll_votes" (
	"poll" text NOT NULL,
	"identity" text NOT NULL,
	"option" integer NOT NULL,
	"voted_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "chat_poll_votes_poll_identity_pk" PRIMARY KEY("poll","identity")
);
--> statement-breakpoint
CREATE TABLE "chat_polls" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"question" text NOT NULL,
	"options" jsonb NOT NULL,
	"votes" jsonb NOT NULL,
	"started_by" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"closes_at" timestamp with time zone,
	"closed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "chat_rooms" (
	"room" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"slow_mode_seconds" integer DEFAULT 0 NOT NULL,
	"members_only" boolean DEFAULT false NOT NULL,
	"emoji_only" boolean DEFAULT false NOT NULL,
	"paused" boolean DEFAULT false NOT NULL,
	"links_allowed" boolean DEFAULT false NOT NULL,
	"panic" jsonb,
	"pinned" text,
	"poll" text
);
--> statement-breakpoint
DROP INDEX "chat_entries_client";--> statement-breakpoint
ALTER TABLE "chat_entries" ADD COLUMN "reply_to" text;--> statement-breakpoint
ALTER TABLE "chat_entries" ADD COLUMN "details" jsonb;--> statement-breakpoint
ALTER TABLE "chat_entries" ADD COLUMN "erased_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chat_sequences" ADD COLUMN "version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "chat_acts_room" ON "chat_acts" USING btree ("room","id");--> statement-breakpoint
CREATE INDEX "chat_acts_creator" ON "chat_acts" USING btree ("creator","target");--> statement-breakpoint
CREATE INDEX "chat_acts_target" ON "chat_acts" USING btree ("target");--> statement-breakpoint
CREATE UNIQUE INDEX "chat_held_client" ON "chat_held" USING btree ("identity","room","client_id");--> statement-breakpoint
CREATE INDEX "chat_held_waiting" ON "chat_held" USING btree ("room","id") WHERE "chat_held"."decision" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "chat_reports_once" ON "chat_reports" USING btree ("message_id","reporter");--> statement-breakpoint
CREATE INDEX "chat_reports_room" ON "chat_reports" USING btree ("room","id");--> statement-breakpoint
CREATE INDEX "chat_reports_reporter" ON "chat_reports" USING btree ("reporter");--> statement-breakpoint
CREATE INDEX "chat_restrictions_active" ON "chat_restrictions" USING btree ("creator","identity") WHERE "chat_restrictions"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "chat_restrictions_identity" ON "chat_restrictions" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "chat_poll_votes_voter" ON "chat_poll_votes" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "chat_polls_closing" ON "chat_polls" USING btree ("closes_at");--> statement-breakpoint
CREATE INDEX "chat_polls_room" ON "chat_polls" USING btree ("room");--> statement-breakpoint
CREATE INDEX "chat_rooms_creator" ON "chat_rooms" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "chat_entries_others" ON "chat_entries" USING btree ("identity") WHERE "chat_entries"."client_id" is null;--> statement-breakpoint
CREATE INDEX "chat_entries_purges" ON "chat_entries" USING btree ("room") WHERE "chat_entries"."kind" = 'purge';--> statement-breakpoint
CREATE INDEX "chat_entries_age" ON "chat_entries" USING brin ("sent_at");--> statement-breakpoint
CREATE UNIQUE INDEX "chat_entries_client" ON "chat_entries" USING btree ("identity","room","client_id") WHERE "chat_entries"."client_id" is not null;