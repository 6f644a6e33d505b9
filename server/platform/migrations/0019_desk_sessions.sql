CREATE TABLE "desk_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"operator" text NOT NULL,
	"name" text NOT NULL,
	"link_digest" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"link_expires_at" timestamp with time zone NOT NULL,
	"opened_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "desk_sessions_link_digest_unique" UNIQUE("link_digest")
);
