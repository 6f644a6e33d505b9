CREATE TABLE "membership_invoices" (
	"invoice" text PRIMARY KEY NOT NULL,
	"membership" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"fee_policy" text NOT NULL,
	"terms" text NOT NULL,
	"creator_minor" bigint NOT NULL,
	"provider_payment" text,
	"fee_minor" bigint,
	"fee_checks" integer DEFAULT 0 NOT NULL,
	"next_fee_check_at" timestamp with time zone,
	"period_end" timestamp with time zone NOT NULL,
	"paid_at" timestamp with time zone NOT NULL,
	"booked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "membership_invoices_amount" CHECK ("membership_invoices"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"id" text PRIMARY KEY NOT NULL,
	"tier" text NOT NULL,
	"creator" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"success_url" text NOT NULL,
	"cancel_url" text NOT NULL,
	"locale" text,
	"provider_session" text,
	"provider_subscription" text,
	"cancel_at_period_end" boolean DEFAULT false NOT NULL,
	"paid_until" timestamp with time zone,
	"access_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"next_check_at" timestamp with time zone,
	CONSTRAINT "memberships_provider_session_unique" UNIQUE("provider_session"),
	CONSTRAINT "memberships_provider_subscription_unique" UNIQUE("provider_subscription")
);
--> statement-breakpoint
CREATE TABLE "club_entitlements" (
	"membership" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"identity" text NOT NULL,
	"rank" bigint NOT NULL,
	"valid_until" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"revoked_reason" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "club_tiers" (
	"id" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"name" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"interval" text NOT NULL,
	"rank" bigint NOT NULL,
	"perks" jsonb NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "min_tier" text;--> statement-breakpoint
CREATE INDEX "membership_invoices_membership" ON "membership_invoices" USING btree ("membership");--> statement-breakpoint
CREATE INDEX "membership_invoices_payment" ON "membership_invoices" USING btree ("provider_payment");--> statement-breakpoint
CREATE INDEX "membership_invoices_fee" ON "membership_invoices" USING btree ("next_fee_check_at") WHERE "membership_invoices"."next_fee_check_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "memberships_held" ON "memberships" USING btree ("creator","identity") WHERE "memberships"."status" in ('active', 'past_due');--> statement-breakpoint
CREATE UNIQUE INDEX "memberships_pending" ON "memberships" USING btree ("creator","identity") WHERE "memberships"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "memberships_identity" ON "memberships" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "memberships_due" ON "memberships" USING btree ("next_check_at") WHERE "memberships"."next_check_at" is not null;--> statement-breakpoint
CREATE INDEX "club_entitlements_holder" ON "club_entitlements" USING btree ("creator","identity");--> statement-breakpoint
CREATE INDEX "club_entitlements_expiring" ON "club_entitlements" USING btree ("valid_until") WHERE "club_entitlements"."revoked_at" is null;--> statement-breakpoint
CREATE INDEX "club_tiers_creator" ON "club_tiers" USING btree ("creator","rank");