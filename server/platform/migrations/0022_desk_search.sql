DROP INDEX "membership_invoices_membership";--> statement-breakpoint
DROP INDEX "topups_identity";--> statement-breakpoint
CREATE INDEX "memberships_creator" ON "memberships" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "tickets_identity" ON "tickets" USING btree ("identity",coalesce("bought_at", "created_at"),"id") WHERE "tickets"."status" in ('valid', 'refunded', 'disputed');--> statement-breakpoint
CREATE INDEX "tickets_room" ON "tickets" USING btree ("room",coalesce("bought_at", "created_at"),"id") WHERE "tickets"."status" in ('valid', 'refunded', 'disputed');--> statement-breakpoint
CREATE INDEX "tips_identity" ON "tips" USING btree ("identity","sent_at");--> statement-breakpoint
CREATE INDEX "tips_room" ON "tips" USING btree ("room","sent_at");--> statement-breakpoint
CREATE INDEX "private_sessions_paid_by" ON "private_sessions" USING btree ("identity","ended_at","id") WHERE "private_sessions"."status" = 'ended' and "private_sessions"."charged_minor" > 0;--> statement-breakpoint
CREATE INDEX "private_sessions_paid_to" ON "private_sessions" USING btree ("creator","ended_at","id") WHERE "private_sessions"."status" = 'ended' and "private_sessions"."charged_minor" > 0;--> statement-breakpoint
CREATE INDEX "private_sessions_paid_in" ON "private_sessions" USING btree ("room","ended_at","id") WHERE "private_sessions"."status" = 'ended' and "private_sessions"."charged_minor" > 0;--> statement-breakpoint
CREATE INDEX "membership_invoices_membership" ON "membership_invoices" USING btree ("membership","paid_at","id");--> statement-breakpoint
CREATE INDEX "topups_identity" ON "topups" USING btree ("identity","settled_at","id");