CREATE TABLE "event_listings" (
	"id" text PRIMARY KEY NOT NULL,
	"listed_until" timestamp with time zone NOT NULL
);
