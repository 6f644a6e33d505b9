ALTER TABLE "provider_made_refunds" ADD COLUMN "returned_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "promotions" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "promotions" ADD CONSTRAINT "promotions_idempotency_key_unique" UNIQUE("idempotency_key");