CREATE TABLE "room_moderators" (
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"creator" text NOT NULL,
	"moderates" boolean NOT NULL,
	"issued_at_seconds" integer NOT NULL,
	CONSTRAINT "room_moderators_room_identity_pk" PRIMARY KEY("room","identity")
);
--> statement-breakpoint
CREATE INDEX "room_moderators_creator" ON "room_moderators" USING btree ("creator","identity") WHERE "room_moderators"."moderates";--> statement-breakpoint
CREATE INDEX "chat_entries_mentions" ON "chat_entries" USING gin (("details" -> 'mentions')) WHERE "chat_entries"."details" ? 'mentions';