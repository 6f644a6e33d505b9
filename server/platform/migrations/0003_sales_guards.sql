-- What somebody agreed to, and what a sale was split by, is never rewritten.
CREATE TRIGGER "ticket_waivers_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "ticket_waivers"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "sale_terms_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "sale_terms"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- Rooms from before this was noted count as held, so that no old ticket is given back by the rule for rooms that never were.
UPDATE "rooms" SET "first_live_at" = coalesce("live_started_at", "ended_at")
  WHERE "live_started_at" IS NOT NULL OR "ended_at" IS NOT NULL;
