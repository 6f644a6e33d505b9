ALTER TABLE "memberships" ADD COLUMN "wants_to_leave" boolean;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "decisions" integer DEFAULT 0 NOT NULL;