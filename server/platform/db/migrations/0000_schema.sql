CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"origins" jsonb,
	"sealed_secret" text,
	"secret_digest" text,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_keys_secret" CHECK (("api_keys"."sealed_secret" is null) <> ("api_keys"."secret_digest" is null))
);
--> statement-breakpoint
CREATE TABLE "creators" (
	"identity" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"country" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "desk_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"operator" text NOT NULL,
	"name" text NOT NULL,
	"link_digest" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"link_expires_at" timestamp with time zone NOT NULL,
	"opened_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "desk_sessions_link_digest_unique" UNIQUE("link_digest")
);
--> statement-breakpoint
CREATE TABLE "address_changes" (
	"id" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"kind" text NOT NULL,
	"old_address" text NOT NULL,
	"new_address" text NOT NULL,
	"old_digest" text NOT NULL,
	"new_digest" text NOT NULL,
	"objection_digest" text NOT NULL,
	"late_objection_digest" text,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"reason" text,
	"old_confirmed_at" timestamp with time zone,
	"new_confirmed_at" timestamp with time zone,
	"due_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"ended_because" text,
	CONSTRAINT "address_changes_old_digest_unique" UNIQUE("old_digest"),
	CONSTRAINT "address_changes_new_digest_unique" UNIQUE("new_digest"),
	CONSTRAINT "address_changes_objection_digest_unique" UNIQUE("objection_digest"),
	CONSTRAINT "address_changes_late_objection_digest_unique" UNIQUE("late_objection_digest")
);
--> statement-breakpoint
CREATE TABLE "letters" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"template" text NOT NULL,
	"lane" text NOT NULL,
	"cause" text NOT NULL,
	"recipient" text NOT NULL,
	"mailbox" text NOT NULL,
	"language" text NOT NULL,
	"sealed_data" text,
	"status" text NOT NULL,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	"answer" text,
	"created_at" timestamp with time zone NOT NULL,
	"first_attempt_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "letters_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "mail_opt_outs" (
	"address" text NOT NULL,
	"topic" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "mail_opt_outs_address_topic_pk" PRIMARY KEY("address","topic")
);
--> statement-breakpoint
CREATE TABLE "oidc_bindings" (
	"id" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "oidc_requests" (
	"state" text PRIMARY KEY NOT NULL,
	"browser" text NOT NULL,
	"purpose" text NOT NULL,
	"nonce" text NOT NULL,
	"verifier" text NOT NULL,
	"return_path" text NOT NULL,
	"person" text,
	"session" text,
	"invitation" text,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "operator_invitations" (
	"id" text PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"link_digest" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"appointment" jsonb,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"used_by" text,
	CONSTRAINT "operator_invitations_link_digest_unique" UNIQUE("link_digest")
);
--> statement-breakpoint
CREATE TABLE "passkey_challenges" (
	"challenge" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"browser" text NOT NULL,
	"person" text,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "passkeys" (
	"id" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"name" text NOT NULL,
	"credential" text NOT NULL,
	"public_key" text NOT NULL,
	"counter" bigint NOT NULL,
	"transports" jsonb NOT NULL,
	"is_synced" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "passkeys_credential_unique" UNIQUE("credential")
);
--> statement-breakpoint
CREATE TABLE "handles" (
	"folded" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"person" text NOT NULL,
	"freed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "person_addresses" (
	"address" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"confirmed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"secret_digest" text NOT NULL,
	"secret_issued_at" timestamp with time zone NOT NULL,
	"next_digest" text,
	"next_issued_at" timestamp with time zone,
	"next_method" text,
	"next_proved_at" timestamp with time zone,
	"device" text NOT NULL,
	"method" text NOT NULL,
	"proved_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "person_sessions_secret_digest_unique" UNIQUE("secret_digest"),
	CONSTRAINT "person_sessions_next_digest_unique" UNIQUE("next_digest")
);
--> statement-breakpoint
CREATE TABLE "persons" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"language" text NOT NULL,
	"about" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"adult_declared_at" timestamp with time zone,
	"terms_accepted_at" timestamp with time zone,
	"closed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sign_in_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"language" text NOT NULL,
	"return_path" text,
	"link_digest" text NOT NULL,
	"code_digest" text NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"used_by" text,
	"session" text,
	CONSTRAINT "sign_in_requests_link_digest_unique" UNIQUE("link_digest")
);
--> statement-breakpoint
CREATE TABLE "moderator_invitations" (
	"id" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"room" text,
	"person" text,
	"link_digest" text,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"outcome" text,
	"ended_at" timestamp with time zone,
	CONSTRAINT "moderator_invitations_link_digest_unique" UNIQUE("link_digest")
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"id" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"role" text NOT NULL,
	"creator" text,
	"room" text,
	"requested_at" timestamp with time zone NOT NULL,
	"given_by" text,
	"given_at" timestamp with time zone,
	"ended_by" text,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "chat_entries" (
	"room" text NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"text" text,
	"amount_minor" integer,
	"currency" text,
	"client_id" text,
	"reply_to" text,
	"details" jsonb,
	"removed_at" timestamp with time zone,
	"erased_at" timestamp with time zone,
	"sent_at" timestamp with time zone NOT NULL,
	CONSTRAINT "chat_entries_room_seq_pk" PRIMARY KEY("room","seq")
);
--> statement-breakpoint
CREATE TABLE "chat_sequences" (
	"room" text PRIMARY KEY NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
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
	"member" integer,
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
CREATE TABLE "chat_words" (
	"creator" text PRIMARY KEY NOT NULL,
	"words" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mutes" (
	"identity" text NOT NULL,
	"muted" text NOT NULL,
	"name" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "mutes_identity_muted_pk" PRIMARY KEY("identity","muted")
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
CREATE TABLE "reconciliations" (
	"id" text PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"currency" text NOT NULL,
	"movement_count" integer NOT NULL,
	"ledger_minor" bigint NOT NULL,
	"provider_minor" bigint NOT NULL,
	"difference_minor" bigint NOT NULL,
	"unexplained_count" integer NOT NULL,
	"items" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "checkouts" (
	"id" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"source_id" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"description" text NOT NULL,
	"success_url" text NOT NULL,
	"cancel_url" text NOT NULL,
	"locale" text,
	"status" text NOT NULL,
	"provider_session" text,
	"url" text,
	"provider_payment" text,
	"card" text,
	"card_fingerprint" text,
	"idempotency_key" text,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"paid_at" timestamp with time zone,
	"unbooked_since" timestamp with time zone,
	"unusable_because" text,
	CONSTRAINT "checkouts_source_id_unique" UNIQUE("source_id"),
	CONSTRAINT "checkouts_provider_session_unique" UNIQUE("provider_session"),
	CONSTRAINT "checkouts_amount" CHECK ("checkouts"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "provider_customers" (
	"identity" text NOT NULL,
	"club" text DEFAULT '' NOT NULL,
	"customer" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "provider_customers_identity_club_pk" PRIMARY KEY("identity","club"),
	CONSTRAINT "provider_customers_customer_unique" UNIQUE("customer")
);
--> statement-breakpoint
CREATE TABLE "creator_businesses" (
	"creator" text PRIMARY KEY NOT NULL,
	"kind" text,
	"first_name" text,
	"legal_name" text NOT NULL,
	"address" text,
	"postal_code" text,
	"city" text,
	"country" text,
	"birth_date" text,
	"tin" text,
	"tin_country" text,
	"registration_number" text,
	"vat_status" text,
	"vat_number" text,
	"account_identifier" text,
	"updated_at" timestamp with time zone NOT NULL,
	"until_year" integer,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "self_billed" (
	"transaction" text PRIMARY KEY NOT NULL,
	"bill" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "self_billing_agreements" (
	"creator" text NOT NULL,
	"agreed_at" timestamp with time zone NOT NULL,
	"text_version" text NOT NULL,
	"language" text NOT NULL,
	"withdrawn_at" timestamp with time zone,
	CONSTRAINT "self_billing_agreements_creator_agreed_at_pk" PRIMARY KEY("creator","agreed_at")
);
--> statement-breakpoint
CREATE TABLE "self_bills" (
	"id" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"year" integer NOT NULL,
	"number" integer NOT NULL,
	"month" text NOT NULL,
	"seller" jsonb NOT NULL,
	"buyer" jsonb NOT NULL,
	"vat" text NOT NULL,
	"vat_bps" integer NOT NULL,
	"total_minor" bigint NOT NULL,
	"vat_minor" bigint NOT NULL,
	"sale_count" integer NOT NULL,
	"refund_count" integer NOT NULL,
	"currency" text NOT NULL,
	"issued_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dac7_documents" (
	"id" text PRIMARY KEY NOT NULL,
	"filing" text NOT NULL,
	"type" text NOT NULL,
	"creator" text,
	"corrects" text,
	"content" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dac7_filings" (
	"id" text PRIMARY KEY NOT NULL,
	"year" integer NOT NULL,
	"type" text NOT NULL,
	"xml" text NOT NULL,
	"schema" text,
	"by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"refused_at" timestamp with time zone,
	"refused_by" text,
	"refusal_reason" text
);
--> statement-breakpoint
CREATE TABLE "desk_bookings" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"status" text NOT NULL,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	CONSTRAINT "desk_bookings_amount" CHECK ("desk_bookings"."amount_minor" <> 0)
);
--> statement-breakpoint
CREATE TABLE "desk_act_outcomes" (
	"act" text PRIMARY KEY NOT NULL,
	"outcome" text NOT NULL,
	"subject" text,
	"failure" text,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "desk_acts" (
	"id" text PRIMARY KEY NOT NULL,
	"act" text NOT NULL,
	"subject" text NOT NULL,
	"by" text NOT NULL,
	"reason" text,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dispute_freezes" (
	"transaction" text NOT NULL,
	"dispute" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"frozen_at" timestamp with time zone NOT NULL,
	"lifted_at" timestamp with time zone,
	CONSTRAINT "dispute_freezes_transaction_dispute_pk" PRIMARY KEY("transaction","dispute")
);
--> statement-breakpoint
CREATE TABLE "disputes" (
	"id" text PRIMARY KEY NOT NULL,
	"provider_dispute" text NOT NULL,
	"provider_payment" text NOT NULL,
	"source_type" text NOT NULL,
	"source_id" text NOT NULL,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"fee_minor" bigint DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"status" text NOT NULL,
	"frozen_credit_minor" bigint DEFAULT 0 NOT NULL,
	"is_frozen" boolean DEFAULT false NOT NULL,
	"withdrawn_minor" bigint DEFAULT 0 NOT NULL,
	"lost_minor" bigint DEFAULT 0 NOT NULL,
	"decisions" integer DEFAULT 0 NOT NULL,
	"loss_minor" bigint,
	"borne_minor" bigint DEFAULT 0 NOT NULL,
	"settled_minor" bigint DEFAULT 0 NOT NULL,
	"evidence" jsonb,
	"evidence_due_at" timestamp with time zone,
	"submitted_at" timestamp with time zone,
	"submitted_by" text,
	"opened_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	CONSTRAINT "disputes_provider_dispute_unique" UNIQUE("provider_dispute"),
	CONSTRAINT "disputes_amount" CHECK ("disputes"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "billing_names" (
	"identity" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"noted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invoice_series" (
	"seller" text NOT NULL,
	"year" integer NOT NULL,
	"last_number" integer NOT NULL,
	CONSTRAINT "invoice_series_seller_year_pk" PRIMARY KEY("seller","year")
);
--> statement-breakpoint
CREATE TABLE "invoices" (
	"transaction" text PRIMARY KEY NOT NULL,
	"seller" text NOT NULL,
	"year" integer NOT NULL,
	"number" integer NOT NULL,
	"identity" text NOT NULL,
	"seller_name" text NOT NULL,
	"seller_address" text NOT NULL,
	"seller_vat_number" text,
	"buyer_name" text,
	"vat_minor" bigint NOT NULL,
	"issued_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger_accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"kind" text NOT NULL,
	"currency" text NOT NULL,
	"balance" bigint,
	"held" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"release_due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released_seq" bigint DEFAULT 0 NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "ledger_accounts_cached" CHECK (("ledger_accounts"."kind" in ('fan_wallet', 'fan_promo')) = ("ledger_accounts"."balance" is not null)),
	CONSTRAINT "ledger_accounts_not_below" CHECK ("ledger_accounts"."balance" >= 0),
	CONSTRAINT "ledger_accounts_held" CHECK ("ledger_accounts"."held" >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"seq" bigserial NOT NULL,
	"transaction" text NOT NULL,
	"account" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	CONSTRAINT "ledger_entries_transaction_account_pk" PRIMARY KEY("transaction","account"),
	CONSTRAINT "ledger_entries_not_zero" CHECK ("ledger_entries"."amount_minor" <> 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_transactions" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"source_type" text NOT NULL,
	"source_id" text NOT NULL,
	"reverses_id" text,
	"currency" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "membership_invoices" (
	"invoice" text PRIMARY KEY NOT NULL,
	"id" text DEFAULT 'invoice_0000000' || substr(md5(random()::text), 1, 17) NOT NULL,
	"membership" text NOT NULL,
	"tier" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"period_end" timestamp with time zone NOT NULL,
	"paid_at" timestamp with time zone NOT NULL,
	"booked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "membership_invoices_id_unique" UNIQUE("id"),
	CONSTRAINT "membership_invoices_amount" CHECK ("membership_invoices"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "membership_terms" (
	"invoice" text NOT NULL,
	"line" integer NOT NULL,
	"seq" bigserial NOT NULL,
	"membership" text NOT NULL,
	"kind" text NOT NULL,
	"tier" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	CONSTRAINT "membership_terms_invoice_line_pk" PRIMARY KEY("invoice","line")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"id" text PRIMARY KEY NOT NULL,
	"tier" text NOT NULL,
	"renewal_tier" text NOT NULL,
	"creator" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"success_url" text NOT NULL,
	"cancel_url" text NOT NULL,
	"locale" text,
	"provider_session" text,
	"provider_subscription" text,
	"provider_customer" text,
	"standing" text,
	"cancel_at_period_end" boolean DEFAULT false NOT NULL,
	"is_cancelled_by_house" boolean DEFAULT false NOT NULL,
	"wants_to_leave" boolean,
	"decisions" integer DEFAULT 0 NOT NULL,
	"cancellation_lease_until" timestamp with time zone,
	"cancellation_lease_holders" integer DEFAULT 0 NOT NULL,
	"paid_until" timestamp with time zone,
	"told_of_renewal_at" timestamp with time zone,
	"access_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"sync_version" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	CONSTRAINT "memberships_provider_session_unique" UNIQUE("provider_session"),
	CONSTRAINT "memberships_provider_subscription_unique" UNIQUE("provider_subscription")
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"identity" text NOT NULL,
	"room" text,
	"creator" text,
	"item" text,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"shares" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"terms" text,
	"paid_from" text NOT NULL,
	"provider_payment" text,
	"evidence" jsonb,
	"fee_minor" bigint,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"paid_at" timestamp with time zone NOT NULL,
	"refunded_at" timestamp with time zone,
	CONSTRAINT "payments_amount" CHECK ("payments"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "creator_accounts" (
	"creator" text PRIMARY KEY NOT NULL,
	"provider_account" text NOT NULL,
	"is_details_submitted" boolean DEFAULT false NOT NULL,
	"is_charges_enabled" boolean DEFAULT false NOT NULL,
	"is_payouts_enabled" boolean DEFAULT false NOT NULL,
	"is_transfers_enabled" boolean DEFAULT false NOT NULL,
	"requirements" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"disabled_reason" text,
	"created_at" timestamp with time zone NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	CONSTRAINT "creator_accounts_provider_account_unique" UNIQUE("provider_account")
);
--> statement-breakpoint
CREATE TABLE "creator_reserves" (
	"creator" text PRIMARY KEY NOT NULL,
	"share_bps" integer NOT NULL,
	"days" integer NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"set_at" timestamp with time zone NOT NULL,
	CONSTRAINT "creator_reserves_share" CHECK ("creator_reserves"."share_bps" between 0 and 10000)
);
--> statement-breakpoint
CREATE TABLE "payout_batches" (
	"id" text PRIMARY KEY NOT NULL,
	"by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payouts" (
	"id" text PRIMARY KEY NOT NULL,
	"batch" text NOT NULL,
	"creator" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL,
	"provider_account" text NOT NULL,
	"provider_transfer" text,
	"round" integer DEFAULT 1 NOT NULL,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	"failure" text,
	"created_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"reversed_minor" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "payouts_provider_transfer_unique" UNIQUE("provider_transfer"),
	CONSTRAINT "payouts_amount" CHECK ("payouts"."amount_minor" > 0),
	CONSTRAINT "payouts_reversed" CHECK ("payouts"."reversed_minor" between 0 and "payouts"."amount_minor")
);
--> statement-breakpoint
CREATE TABLE "released_earnings" (
	"sale" text NOT NULL,
	"part" integer DEFAULT 0 NOT NULL,
	"creator" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"release" text NOT NULL,
	"released_at" timestamp with time zone NOT NULL,
	"reserve_due_at" timestamp with time zone,
	CONSTRAINT "released_earnings_sale_part_pk" PRIMARY KEY("sale","part")
);
--> statement-breakpoint
CREATE TABLE "private_session_charges" (
	"session" text NOT NULL,
	"sequence" integer NOT NULL,
	"amount_minor" bigint NOT NULL,
	"confirmed_ms" bigint NOT NULL,
	"charged_at" timestamp with time zone NOT NULL,
	CONSTRAINT "private_session_charges_session_sequence_pk" PRIMARY KEY("session","sequence"),
	CONSTRAINT "private_session_charges_amount" CHECK ("private_session_charges"."amount_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "private_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"creator" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"rate_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"terms" text NOT NULL,
	"held_minor" bigint NOT NULL,
	"confirmed_ms" bigint DEFAULT 0 NOT NULL,
	"charged_minor" bigint DEFAULT 0 NOT NULL,
	"creator_minor" bigint DEFAULT 0 NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"end_reason" text,
	"requested_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"heartbeat_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "private_sessions_charged" CHECK ("private_sessions"."charged_minor" between 0 and "private_sessions"."held_minor"),
	CONSTRAINT "private_sessions_confirmed" CHECK ("private_sessions"."confirmed_ms" >= 0)
);
--> statement-breakpoint
CREATE TABLE "event_listings" (
	"id" text PRIMARY KEY NOT NULL,
	"listed_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_events" (
	"id" text PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"object_id" text NOT NULL,
	"payment" text,
	"type" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"processed_at" timestamp with time zone,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "provider_refunds" (
	"provider_refund" text PRIMARY KEY NOT NULL,
	"provider_payment" text NOT NULL,
	"source_type" text NOT NULL,
	"source_id" text NOT NULL,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"settled_minor" bigint DEFAULT 0 NOT NULL,
	"loss_minor" bigint DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"returned_at" timestamp with time zone,
	CONSTRAINT "provider_refunds_amount" CHECK ("provider_refunds"."amount_minor" > 0),
	CONSTRAINT "provider_refunds_parts" CHECK ("provider_refunds"."settled_minor" + "provider_refunds"."loss_minor" <= "provider_refunds"."amount_minor")
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" text PRIMARY KEY NOT NULL,
	"payment" text NOT NULL,
	"part" integer DEFAULT 0 NOT NULL,
	"idempotency_key" text,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"settled_minor" bigint DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"to" text NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"provider_payment" text,
	"provider_refund" text,
	"round" integer DEFAULT 1 NOT NULL,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	"failure" text,
	"is_by_transfer" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "refunds_amount" CHECK ("refunds"."amount_minor" > 0),
	CONSTRAINT "refunds_settled" CHECK ("refunds"."settled_minor" between 0 and "refunds"."amount_minor"
        and ("refunds"."status" = 'succeeded') = ("refunds"."settled_minor" = "refunds"."amount_minor"))
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
	"kind" text NOT NULL,
	"noted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fee_policies" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"vat_bps" integer NOT NULL,
	"commission_bps" integer NOT NULL,
	"effective_at" timestamp with time zone NOT NULL,
	CONSTRAINT "fee_policies_version_unique" UNIQUE("version")
);
--> statement-breakpoint
CREATE TABLE "pledges" (
	"creator" text NOT NULL,
	"association" text NOT NULL,
	"share_bps" integer NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "pledges_creator_since_pk" PRIMARY KEY("creator","since"),
	CONSTRAINT "pledges_share" CHECK ("pledges"."share_bps" between 0 and 10000)
);
--> statement-breakpoint
CREATE TABLE "sale_terms" (
	"id" text PRIMARY KEY NOT NULL,
	"fee_policy" text NOT NULL,
	"country" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"vat_bps" integer NOT NULL,
	"commission_bps" integer NOT NULL,
	"association" text,
	"charity_bps" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cancellations" (
	"room" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"min_live_seconds" integer,
	"decided_at" timestamp with time zone NOT NULL,
	"completed_at" timestamp with time zone,
	"ticket_count" integer DEFAULT 0 NOT NULL,
	"refunded_minor" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"paid_from" text NOT NULL,
	"status" text NOT NULL,
	"terms" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"bought_at" timestamp with time zone,
	"live_seconds_before" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "tickets_price" CHECK ("tickets"."price_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "waivers" (
	"item" text PRIMARY KEY NOT NULL,
	"text_version" text NOT NULL,
	"language" text NOT NULL,
	"text" text NOT NULL,
	"starts_at" timestamp with time zone,
	"accepted_at" timestamp with time zone NOT NULL
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
	"menu_label" text,
	"anonymous" boolean DEFAULT false NOT NULL,
	"idempotency_key" text NOT NULL,
	"terms" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "card_tips_amount" CHECK ("card_tips"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "goals" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"title" text NOT NULL,
	"target_minor" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "goals_target" CHECK ("goals"."target_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "tip_menus" (
	"room" text PRIMARY KEY NOT NULL,
	"items" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tips" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"message" text,
	"menu_item" text,
	"menu_label" text,
	"request" text,
	"anonymous" boolean DEFAULT false NOT NULL,
	"idempotency_key" text NOT NULL,
	"sent_at" timestamp with time zone NOT NULL,
	CONSTRAINT "tips_amount" CHECK ("tips"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_holds" (
	"id" text PRIMARY KEY NOT NULL,
	"identity" text NOT NULL,
	"currency" text NOT NULL,
	"promo_minor" bigint NOT NULL,
	"paid_minor" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ledger_holds_amounts" CHECK ("ledger_holds"."promo_minor" >= 0 and "ledger_holds"."paid_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "promotions" (
	"id" text PRIMARY KEY NOT NULL,
	"identity" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"idempotency_key" text,
	"expires_at" timestamp with time zone,
	"expired_at" timestamp with time zone,
	"expired_minor" bigint,
	"expiries" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "promotions_idempotency_key_unique" UNIQUE("idempotency_key"),
	CONSTRAINT "promotions_amount" CHECK ("promotions"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "notice_recipients" (
	"notice" text NOT NULL,
	"identity" text NOT NULL,
	CONSTRAINT "notice_recipients_notice_identity_pk" PRIMARY KEY("notice","identity")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"key" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"room" text NOT NULL,
	"data" jsonb NOT NULL,
	"audience" text NOT NULL,
	"after" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "reminders" (
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "reminders_room_identity_pk" PRIMARY KEY("room","identity")
);
--> statement-breakpoint
CREATE TABLE "push_devices" (
	"id" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"session" text NOT NULL,
	"device" text NOT NULL,
	"endpoint" text NOT NULL,
	"p256dh" text NOT NULL,
	"auth" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "push_devices_endpoint_unique" UNIQUE("endpoint")
);
--> statement-breakpoint
CREATE TABLE "push_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"sealed_private_key" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "push_messages" (
	"key" text PRIMARY KEY NOT NULL,
	"device" text NOT NULL,
	"text" jsonb NOT NULL,
	"owner" text NOT NULL,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gateways" (
	"id" text PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"clock_in_doubt" boolean DEFAULT false NOT NULL,
	"closed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"topic" text NOT NULL,
	"room" text,
	"identity" text,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"claimed_by" text,
	"claimed_until" timestamp with time zone,
	"dispatched_at" timestamp with time zone,
	"published_at" timestamp with time zone,
	CONSTRAINT "outbox_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "picture_files" (
	"hash" text NOT NULL,
	"width" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "picture_files_hash_width_pk" PRIMARY KEY("hash","width")
);
--> statement-breakpoint
CREATE TABLE "picture_uses" (
	"use" text NOT NULL,
	"subject" text NOT NULL,
	"owner" text NOT NULL,
	"hash" text NOT NULL,
	"set_at" timestamp with time zone NOT NULL,
	CONSTRAINT "picture_uses_use_subject_pk" PRIMARY KEY("use","subject")
);
--> statement-breakpoint
CREATE TABLE "attendances" (
	"identity" text NOT NULL,
	"room" text NOT NULL,
	"minutes" integer NOT NULL,
	"counted_at" timestamp with time zone NOT NULL,
	CONSTRAINT "attendances_identity_room_pk" PRIMARY KEY("identity","room")
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
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone NOT NULL
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
CREATE TABLE "follows" (
	"creator" text NOT NULL,
	"follower" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "follows_creator_follower_pk" PRIMARY KEY("creator","follower")
);
--> statement-breakpoint
CREATE TABLE "lives" (
	"room" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "lives_room_started_at_pk" PRIMARY KEY("room","started_at")
);
--> statement-breakpoint
CREATE TABLE "restrictions" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"identity" text,
	"room" text,
	"creator" text,
	"until" timestamp with time zone,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"by_role" text NOT NULL,
	"decision" text,
	"created_at" timestamp with time zone NOT NULL,
	"lifted_at" timestamp with time zone,
	CONSTRAINT "restrictions_decision" UNIQUE("decision","kind")
);
--> statement-breakpoint
CREATE TABLE "entitlements" (
	"id" text PRIMARY KEY NOT NULL,
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"source" text NOT NULL,
	"source_id" text NOT NULL,
	"valid_until" timestamp with time zone,
	"used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"revoked_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rooms" (
	"id" text PRIMARY KEY NOT NULL,
	"creator" text NOT NULL,
	"title" text NOT NULL,
	"text" text,
	"access_kind" text NOT NULL,
	"price_minor" integer,
	"rate_per_minute_minor" integer,
	"min_tier" text,
	"currency" text NOT NULL,
	"chat_enabled" boolean DEFAULT true NOT NULL,
	"listed" boolean DEFAULT false NOT NULL,
	"capacity" integer,
	"starts_at" timestamp with time zone,
	"date_due_at" timestamp with time zone,
	"moved_at" timestamp with time zone,
	"return_until" timestamp with time zone,
	"live_started_at" timestamp with time zone,
	"live_counted_from" timestamp with time zone,
	"live_gateway" text,
	"live_publication" text,
	"stage_taken_at" timestamp with time zone,
	"live_interrupted" boolean DEFAULT false NOT NULL,
	"live_fence" integer DEFAULT 0 NOT NULL,
	"first_live_at" timestamp with time zone,
	"live_ended_at" timestamp with time zone,
	"paused_until" timestamp with time zone,
	"pause_announced" boolean DEFAULT false NOT NULL,
	"live_seconds" integer DEFAULT 0 NOT NULL,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "token_grants" (
	"room" text NOT NULL,
	"identity" text NOT NULL,
	"creator" text NOT NULL,
	"role" text NOT NULL,
	"moderates" boolean NOT NULL,
	"rank_issued_at_seconds" integer NOT NULL,
	"entitled" boolean,
	"entitled_issued_at_seconds" integer NOT NULL,
	CONSTRAINT "token_grants_room_identity_pk" PRIMARY KEY("room","identity")
);
--> statement-breakpoint
CREATE TABLE "charter_acceptances" (
	"identity" text NOT NULL,
	"version" integer NOT NULL,
	"hash" text NOT NULL,
	"language" text NOT NULL,
	"accepted_at" timestamp with time zone NOT NULL,
	"via" text NOT NULL,
	"api_key" text,
	CONSTRAINT "charter_acceptances_identity_version_pk" PRIMARY KEY("identity","version")
);
--> statement-breakpoint
CREATE TABLE "charter_versions" (
	"version" integer PRIMARY KEY NOT NULL,
	"articles" jsonb NOT NULL,
	"hash" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"changed_by" text NOT NULL,
	"announced_at" timestamp with time zone,
	"announced_by" text,
	"effective_from" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "committee_case_files" (
	"case" text NOT NULL,
	"number" integer NOT NULL,
	"review_case" text NOT NULL,
	CONSTRAINT "committee_case_files_case_number_pk" PRIMARY KEY("case","number")
);
--> statement-breakpoint
CREATE TABLE "committee_case_people" (
	"case" text NOT NULL,
	"number" integer NOT NULL,
	"person" text,
	"part" text NOT NULL,
	CONSTRAINT "committee_case_people_case_number_pk" PRIMARY KEY("case","number")
);
--> statement-breakpoint
CREATE TABLE "committee_cases" (
	"id" text PRIMARY KEY NOT NULL,
	"number" integer GENERATED ALWAYS AS IDENTITY (sequence name "committee_cases_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"title" jsonb NOT NULL,
	"question" jsonb NOT NULL,
	"origin" text NOT NULL,
	"request" text,
	"opened_by" text,
	"opened_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"closed_by" text,
	"close_reason" text,
	CONSTRAINT "committee_cases_number_unique" UNIQUE("number"),
	CONSTRAINT "committee_cases_request_unique" UNIQUE("request")
);
--> statement-breakpoint
CREATE TABLE "committee_evidence_requests" (
	"case" text NOT NULL,
	"file" integer NOT NULL,
	"member" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "committee_evidence_requests_case_file_member_pk" PRIMARY KEY("case","file","member")
);
--> statement-breakpoint
CREATE TABLE "committee_recusals" (
	"case" text NOT NULL,
	"member" text NOT NULL,
	"reason" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "committee_recusals_case_member_pk" PRIMARY KEY("case","member")
);
--> statement-breakpoint
CREATE TABLE "committee_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"appeal" text NOT NULL,
	"by" text NOT NULL,
	"text" text,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "committee_requests_appeal_unique" UNIQUE("appeal")
);
--> statement-breakpoint
CREATE TABLE "committee_declarations" (
	"id" text PRIMARY KEY NOT NULL,
	"term" text NOT NULL,
	"independent" boolean NOT NULL,
	"unpaid" boolean NOT NULL,
	"interests" jsonb,
	"declared_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "committee_seats" (
	"id" text PRIMARY KEY NOT NULL,
	"name" jsonb NOT NULL,
	"position" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"removed_at" timestamp with time zone,
	"removed_by" text
);
--> statement-breakpoint
CREATE TABLE "committee_terms" (
	"id" text PRIMARY KEY NOT NULL,
	"seat" text NOT NULL,
	"seat_name" jsonb NOT NULL,
	"person" text NOT NULL,
	"appointed_by" jsonb NOT NULL,
	"invited_by" text NOT NULL,
	"appointed_at" timestamp with time zone NOT NULL,
	"from" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"biography" jsonb,
	"ended_at" timestamp with time zone,
	"ended_how" text,
	"ended_by" text,
	"end_reason" jsonb
);
--> statement-breakpoint
CREATE TABLE "committee_answers" (
	"opinion" text PRIMARY KEY NOT NULL,
	"outcome" text NOT NULL,
	"reasons" jsonb NOT NULL,
	"by" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "committee_opinion_texts" (
	"opinion" text NOT NULL,
	"version" integer NOT NULL,
	"title" jsonb NOT NULL,
	"text" jsonb NOT NULL,
	"ruling" text,
	"articles" jsonb,
	"by" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "committee_opinion_texts_opinion_version_pk" PRIMARY KEY("opinion","version")
);
--> statement-breakpoint
CREATE TABLE "committee_opinions" (
	"id" text PRIMARY KEY NOT NULL,
	"number" integer GENERATED ALWAYS AS IDENTITY (sequence name "committee_opinions_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"case" text,
	"by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"comment_version" integer,
	"comments_from" timestamp with time zone,
	"comments_until" timestamp with time zone,
	"voted_version" integer,
	"vote_called_by" text,
	"vote_called_at" timestamp with time zone,
	"vote_until" timestamp with time zone,
	"outcome" text,
	"ended_at" timestamp with time zone,
	"tally" jsonb,
	"answer_due_at" timestamp with time zone,
	CONSTRAINT "committee_opinions_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "committee_remarks" (
	"id" text PRIMARY KEY NOT NULL,
	"opinion" text NOT NULL,
	"by" text NOT NULL,
	"text" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "committee_steps" (
	"id" text PRIMARY KEY NOT NULL,
	"opinion" text NOT NULL,
	"position" integer NOT NULL,
	"text" jsonb NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	"done_by" text,
	"done_note" text
);
--> statement-breakpoint
CREATE TABLE "committee_votes" (
	"seq" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "committee_votes_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"opinion" text NOT NULL,
	"member" text NOT NULL,
	"vote" text NOT NULL,
	"dissent" jsonb,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "proposal_comments" (
	"id" text PRIMARY KEY NOT NULL,
	"opinion" text NOT NULL,
	"by" text NOT NULL,
	"text" text,
	"at" timestamp with time zone NOT NULL,
	"hidden_at" timestamp with time zone,
	"hidden_by" text,
	"hide_reason" text
);
--> statement-breakpoint
CREATE TABLE "committee_alarms" (
	"id" text PRIMARY KEY NOT NULL,
	"threshold" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"from" timestamp with time zone NOT NULL,
	"value" double precision NOT NULL,
	"figures" jsonb NOT NULL,
	"case" text NOT NULL,
	CONSTRAINT "committee_alarms_case_unique" UNIQUE("case")
);
--> statement-breakpoint
CREATE TABLE "committee_thresholds" (
	"id" text PRIMARY KEY NOT NULL,
	"title" jsonb NOT NULL,
	"figure" text NOT NULL,
	"comparison" text NOT NULL,
	"limit" double precision NOT NULL,
	"window_days" integer NOT NULL,
	"tells_operators" boolean NOT NULL,
	"reason" text NOT NULL,
	"set_by" text NOT NULL,
	"set_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"ended_by" text,
	"end_reason" text
);
--> statement-breakpoint
CREATE TABLE "appeals" (
	"id" text PRIMARY KEY NOT NULL,
	"decision" text NOT NULL,
	"case" text NOT NULL,
	"kind" text NOT NULL,
	"by" text,
	"report" text,
	"text" text,
	"created_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"outcome" text,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	"reasons" text,
	"language" text
);
--> statement-breakpoint
CREATE TABLE "case_looks" (
	"case" text NOT NULL,
	"by" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "case_looks_case_by_at_pk" PRIMARY KEY("case","by","at")
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" text PRIMARY KEY NOT NULL,
	"case" text NOT NULL,
	"kind" text NOT NULL,
	"replaces" text,
	"by" text,
	"accused" text,
	"measures" jsonb NOT NULL,
	"article" text,
	"charter_version" integer,
	"law" text,
	"reasons" text,
	"language" text NOT NULL,
	"automated" boolean NOT NULL,
	"points" integer NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "decisions_replaces_unique" UNIQUE("replaces")
);
--> statement-breakpoint
CREATE TABLE "review_cases" (
	"id" text PRIMARY KEY NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_key" text NOT NULL,
	"room" text,
	"accused" text,
	"category" text NOT NULL,
	"article" text,
	"charter_version" integer,
	"severity" integer NOT NULL,
	"is_order" boolean NOT NULL,
	"state" text NOT NULL,
	"owed" text,
	"due_at" timestamp with time zone NOT NULL,
	"decide_by" timestamp with time zone NOT NULL,
	"opened_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" text PRIMARY KEY NOT NULL,
	"number" integer GENERATED ALWAYS AS IDENTITY (sequence name "reports_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"room" text,
	"case" text NOT NULL,
	"authority_order" jsonb,
	"subject_kind" text NOT NULL,
	"subject_key" text NOT NULL,
	"accused" text,
	"category" text NOT NULL,
	"article" text,
	"charter_version" integer,
	"note" text,
	"reporter" text,
	"contact" text,
	"language" text,
	"evidence" jsonb,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "reports_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "unfounded_reports" (
	"report" text PRIMARY KEY NOT NULL,
	"reporter" text NOT NULL,
	"by" text NOT NULL,
	"marked_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "record_checkpoints" (
	"log" integer NOT NULL,
	"size" integer NOT NULL,
	"note" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "record_checkpoints_log_size_pk" PRIMARY KEY("log","size")
);
--> statement-breakpoint
CREATE TABLE "record_cosignatures" (
	"log" integer NOT NULL,
	"size" integer NOT NULL,
	"witness" text NOT NULL,
	"line" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "record_cosignatures_log_size_witness_pk" PRIMARY KEY("log","size","witness")
);
--> statement-breakpoint
CREATE TABLE "record_entries" (
	"log" integer NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"subject" text,
	"entry" text NOT NULL,
	"appended_at" timestamp with time zone NOT NULL,
	CONSTRAINT "record_entries_log_seq_pk" PRIMARY KEY("log","seq")
);
--> statement-breakpoint
CREATE TABLE "record_keys" (
	"vkey" text PRIMARY KEY NOT NULL,
	"log" integer NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "record_logs" (
	"number" integer PRIMARY KEY NOT NULL,
	"origin" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"appended_until" timestamp with time zone,
	"completed_until" timestamp with time zone,
	"halted_at" timestamp with time zone,
	"halt_reason" text,
	CONSTRAINT "record_logs_origin_unique" UNIQUE("origin")
);
--> statement-breakpoint
CREATE TABLE "record_member_signatures" (
	"log" integer NOT NULL,
	"size" integer NOT NULL,
	"term" text NOT NULL,
	"credential" text NOT NULL,
	"client_data" text NOT NULL,
	"authenticator_data" text NOT NULL,
	"signature" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "record_member_signatures_log_size_credential_pk" PRIMARY KEY("log","size","credential")
);
--> statement-breakpoint
CREATE TABLE "record_openings" (
	"log" integer NOT NULL,
	"seq" integer NOT NULL,
	"salt" text,
	"content" text,
	"person" text,
	"about" text,
	"public_from" timestamp with time zone,
	CONSTRAINT "record_openings_log_seq_pk" PRIMARY KEY("log","seq")
);
--> statement-breakpoint
CREATE TABLE "record_tiles" (
	"log" integer NOT NULL,
	"level" integer NOT NULL,
	"index" integer NOT NULL,
	"hashes" "bytea" NOT NULL,
	CONSTRAINT "record_tiles_log_level_index_pk" PRIMARY KEY("log","level","index")
);
--> statement-breakpoint
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
	"previous_secrets" jsonb DEFAULT '[]'::jsonb NOT NULL,
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
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"failing_since" timestamp with time zone,
	CONSTRAINT "webhook_lanes_endpoint_lane_pk" PRIMARY KEY("endpoint","lane")
);
--> statement-breakpoint
CREATE INDEX "api_keys_live" ON "api_keys" USING btree ("created_at") WHERE "api_keys"."revoked_at" is null;--> statement-breakpoint
CREATE INDEX "desk_sessions_operator" ON "desk_sessions" USING btree ("operator");--> statement-breakpoint
CREATE INDEX "address_changes_person" ON "address_changes" USING btree ("person","created_at");--> statement-breakpoint
CREATE INDEX "address_changes_due" ON "address_changes" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "letters_due" ON "letters" USING btree ("lane","due_at") WHERE "letters"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "letters_failing" ON "letters" USING btree ("failing_since") WHERE "letters"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "letters_expiry" ON "letters" USING btree ("expires_at") WHERE "letters"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "letters_attempted" ON "letters" USING btree ("lane","first_attempt_at","cause");--> statement-breakpoint
CREATE INDEX "letters_recipient" ON "letters" USING btree ("recipient");--> statement-breakpoint
CREATE INDEX "letters_mailbox" ON "letters" USING btree ("mailbox","first_attempt_at");--> statement-breakpoint
CREATE INDEX "letters_settled" ON "letters" USING btree ("settled_at") WHERE "letters"."settled_at" is not null;--> statement-breakpoint
CREATE INDEX "letters_undelivered" ON "letters" USING btree ("settled_at") WHERE "letters"."status" in ('bounced', 'expired');--> statement-breakpoint
CREATE UNIQUE INDEX "oidc_bindings_subject" ON "oidc_bindings" USING btree ("issuer","subject");--> statement-breakpoint
CREATE UNIQUE INDEX "oidc_bindings_person" ON "oidc_bindings" USING btree ("person","issuer");--> statement-breakpoint
CREATE INDEX "oidc_requests_expiry" ON "oidc_requests" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "operator_invitations_expiry" ON "operator_invitations" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "operator_invitations_used_by" ON "operator_invitations" USING btree ("used_by");--> statement-breakpoint
CREATE INDEX "passkey_challenges_expiry" ON "passkey_challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "passkeys_person" ON "passkeys" USING btree ("person");--> statement-breakpoint
CREATE UNIQUE INDEX "handles_person" ON "handles" USING btree ("person") WHERE "handles"."freed_at" is null;--> statement-breakpoint
CREATE INDEX "handles_ever" ON "handles" USING btree ("person");--> statement-breakpoint
CREATE INDEX "person_addresses_person" ON "person_addresses" USING btree ("person");--> statement-breakpoint
CREATE INDEX "person_sessions_person" ON "person_sessions" USING btree ("person");--> statement-breakpoint
CREATE INDEX "person_sessions_expiry" ON "person_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_requests_expiry" ON "sign_in_requests" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_requests_address" ON "sign_in_requests" USING btree ("address");--> statement-breakpoint
CREATE INDEX "moderator_invitations_creator" ON "moderator_invitations" USING btree ("creator","created_at");--> statement-breakpoint
CREATE INDEX "moderator_invitations_person" ON "moderator_invitations" USING btree ("person");--> statement-breakpoint
CREATE INDEX "moderator_invitations_expiry" ON "moderator_invitations" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "roles_held" ON "roles" USING btree ("person","role",coalesce("creator", ''),coalesce("room", '')) WHERE "roles"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "roles_person" ON "roles" USING btree ("person");--> statement-breakpoint
CREATE INDEX "roles_holders" ON "roles" USING btree ("role","requested_at") WHERE "roles"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "roles_moderators" ON "roles" USING btree ("creator") WHERE "roles"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "chat_entries_mentions" ON "chat_entries" USING gin (("details" -> 'mentions')) WHERE "chat_entries"."details" ? 'mentions';--> statement-breakpoint
CREATE UNIQUE INDEX "chat_entries_id" ON "chat_entries" USING btree ("kind","id");--> statement-breakpoint
CREATE UNIQUE INDEX "chat_entries_client" ON "chat_entries" USING btree ("identity","room","client_id");--> statement-breakpoint
CREATE INDEX "chat_entries_purges" ON "chat_entries" USING btree ("room") WHERE "chat_entries"."kind" = 'purge';--> statement-breakpoint
CREATE INDEX "chat_entries_unerased" ON "chat_entries" USING btree ("sent_at") WHERE "chat_entries"."erased_at" is null and "chat_entries"."kind" in ('message', 'tip');--> statement-breakpoint
CREATE INDEX "chat_acts_room" ON "chat_acts" USING btree ("room","id");--> statement-breakpoint
CREATE INDEX "chat_acts_creator" ON "chat_acts" USING btree ("creator","target");--> statement-breakpoint
CREATE INDEX "chat_acts_target" ON "chat_acts" USING btree ("target");--> statement-breakpoint
CREATE UNIQUE INDEX "chat_held_client" ON "chat_held" USING btree ("identity","room","client_id");--> statement-breakpoint
CREATE INDEX "chat_held_waiting" ON "chat_held" USING btree ("room","id") WHERE "chat_held"."decision" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "chat_reports_once" ON "chat_reports" USING btree ("message_id","reporter");--> statement-breakpoint
CREATE INDEX "chat_reports_room" ON "chat_reports" USING btree ("room","id");--> statement-breakpoint
CREATE INDEX "chat_reports_reporter" ON "chat_reports" USING btree ("reporter");--> statement-breakpoint
CREATE INDEX "mutes_muted" ON "mutes" USING btree ("muted");--> statement-breakpoint
CREATE INDEX "chat_poll_votes_voter" ON "chat_poll_votes" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "chat_polls_closing" ON "chat_polls" USING btree ("closes_at") WHERE "chat_polls"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "chat_polls_room" ON "chat_polls" USING btree ("room");--> statement-breakpoint
CREATE INDEX "chat_polls_starter" ON "chat_polls" USING btree ("started_by");--> statement-breakpoint
CREATE INDEX "chat_rooms_creator" ON "chat_rooms" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "reconciliations_started" ON "reconciliations" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "checkouts_unbooked" ON "checkouts" USING btree ("unbooked_since") WHERE "checkouts"."unbooked_since" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "checkouts_idempotency" ON "checkouts" USING btree ("identity","idempotency_key") WHERE "checkouts"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "checkouts_card" ON "checkouts" USING btree ("card_fingerprint") WHERE "checkouts"."card_fingerprint" is not null;--> statement-breakpoint
CREATE INDEX "checkouts_due" ON "checkouts" USING btree ("due_at") WHERE "checkouts"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "checkouts_failing" ON "checkouts" USING btree ("failing_since") WHERE "checkouts"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "checkouts_identity" ON "checkouts" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "checkouts_open" ON "checkouts" USING btree ("identity") WHERE "checkouts"."status" in ('opening', 'open');--> statement-breakpoint
CREATE INDEX "creator_businesses_until" ON "creator_businesses" USING btree ("until_year");--> statement-breakpoint
CREATE INDEX "self_billed_bill" ON "self_billed" USING btree ("bill");--> statement-breakpoint
CREATE UNIQUE INDEX "self_billing_agreements_standing" ON "self_billing_agreements" USING btree ("creator") WHERE "self_billing_agreements"."withdrawn_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "self_bills_number" ON "self_bills" USING btree ("creator","year","number");--> statement-breakpoint
CREATE INDEX "self_bills_month" ON "self_bills" USING btree ("month");--> statement-breakpoint
CREATE INDEX "dac7_documents_filing" ON "dac7_documents" USING btree ("filing");--> statement-breakpoint
CREATE INDEX "dac7_documents_creator" ON "dac7_documents" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "dac7_documents_corrects" ON "dac7_documents" USING btree ("corrects") WHERE "dac7_documents"."corrects" is not null;--> statement-breakpoint
CREATE INDEX "dac7_filings_year" ON "dac7_filings" USING btree ("year");--> statement-breakpoint
CREATE UNIQUE INDEX "desk_bookings_idempotency" ON "desk_bookings" USING btree ("by","idempotency_key");--> statement-breakpoint
CREATE INDEX "desk_bookings_subject" ON "desk_bookings" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "desk_bookings_created" ON "desk_bookings" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "desk_bookings_waiting" ON "desk_bookings" USING btree ("created_at") WHERE "desk_bookings"."status" = 'waiting';--> statement-breakpoint
CREATE INDEX "desk_act_outcomes_subject" ON "desk_act_outcomes" USING btree ("subject") WHERE "desk_act_outcomes"."subject" is not null;--> statement-breakpoint
CREATE INDEX "desk_acts_subject" ON "desk_acts" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "desk_acts_at" ON "desk_acts" USING btree ("at");--> statement-breakpoint
CREATE INDEX "dispute_freezes_dispute" ON "dispute_freezes" USING btree ("dispute");--> statement-breakpoint
CREATE INDEX "disputes_due" ON "disputes" USING btree ("due_at") WHERE "disputes"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "disputes_failing" ON "disputes" USING btree ("failing_since") WHERE "disputes"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "disputes_opened" ON "disputes" USING btree ("opened_at");--> statement-breakpoint
CREATE INDEX "disputes_identity" ON "disputes" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "disputes_source" ON "disputes" USING btree ("source_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_number" ON "invoices" USING btree ("seller","year","number");--> statement-breakpoint
CREATE INDEX "invoices_identity" ON "invoices" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "ledger_accounts_closed" ON "ledger_accounts" USING btree ("closed_at") WHERE "ledger_accounts"."closed_at" is not null and "ledger_accounts"."balance" > 0;--> statement-breakpoint
CREATE INDEX "ledger_accounts_release" ON "ledger_accounts" USING btree ("release_due_at") WHERE "ledger_accounts"."kind" = 'creator_pending';--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_accounts_owner" ON "ledger_accounts" USING btree ("owner","kind","currency");--> statement-breakpoint
CREATE INDEX "ledger_entries_account" ON "ledger_entries" USING btree ("account","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_transactions_source" ON "ledger_transactions" USING btree ("source_id","source_type","kind");--> statement-breakpoint
CREATE INDEX "ledger_transactions_created" ON "ledger_transactions" USING brin ("created_at");--> statement-breakpoint
CREATE INDEX "ledger_transactions_taken_back" ON "ledger_transactions" USING btree ("created_at") WHERE "ledger_transactions"."kind" = 'payout_reversed';--> statement-breakpoint
CREATE INDEX "ledger_transactions_reverses" ON "ledger_transactions" USING btree ("reverses_id") WHERE "ledger_transactions"."reverses_id" is not null;--> statement-breakpoint
CREATE INDEX "membership_invoices_membership" ON "membership_invoices" USING btree ("membership","paid_at","id");--> statement-breakpoint
CREATE INDEX "membership_terms_membership" ON "membership_terms" USING btree ("membership","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "memberships_held" ON "memberships" USING btree ("creator","identity") WHERE "memberships"."status" in ('active', 'past_due');--> statement-breakpoint
CREATE UNIQUE INDEX "memberships_pending" ON "memberships" USING btree ("creator","identity") WHERE "memberships"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "memberships_identity" ON "memberships" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "memberships_creator" ON "memberships" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "memberships_due" ON "memberships" USING btree ("due_at") WHERE "memberships"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "memberships_failing" ON "memberships" USING btree ("failing_since") WHERE "memberships"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "payments_kind" ON "payments" USING btree ("kind","paid_at","id");--> statement-breakpoint
CREATE INDEX "payments_identity" ON "payments" USING btree ("identity","kind","paid_at","id");--> statement-breakpoint
CREATE INDEX "payments_room" ON "payments" USING btree ("room","kind","paid_at","id") WHERE "payments"."room" is not null;--> statement-breakpoint
CREATE INDEX "payments_creator" ON "payments" USING btree ("creator","kind","paid_at","id") WHERE "payments"."creator" is not null;--> statement-breakpoint
CREATE INDEX "payments_item" ON "payments" USING btree ("item","kind","paid_at","id") WHERE "payments"."item" is not null;--> statement-breakpoint
CREATE INDEX "payments_card" ON "payments" USING btree ("identity","paid_at","id") WHERE "payments"."paid_from" = 'card';--> statement-breakpoint
CREATE INDEX "payments_due" ON "payments" USING btree ("due_at") WHERE "payments"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "payments_failing" ON "payments" USING btree ("failing_since") WHERE "payments"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "payments_provider" ON "payments" USING btree ("provider_payment") WHERE "payments"."provider_payment" is not null;--> statement-breakpoint
CREATE INDEX "creator_accounts_due" ON "creator_accounts" USING btree ("due_at") WHERE "creator_accounts"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "creator_accounts_failing" ON "creator_accounts" USING btree ("failing_since") WHERE "creator_accounts"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "payout_batches_created" ON "payout_batches" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "payouts_batch" ON "payouts" USING btree ("batch");--> statement-breakpoint
CREATE INDEX "payouts_creator" ON "payouts" USING btree ("creator","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "payouts_pending" ON "payouts" USING btree ("creator") WHERE "payouts"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "payouts_due" ON "payouts" USING btree ("due_at") WHERE "payouts"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "payouts_failing" ON "payouts" USING btree ("failing_since") WHERE "payouts"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "released_earnings_creator" ON "released_earnings" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "released_earnings_release" ON "released_earnings" USING btree ("release");--> statement-breakpoint
CREATE UNIQUE INDEX "private_sessions_active" ON "private_sessions" USING btree ("room") WHERE "private_sessions"."status" = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "private_sessions_open" ON "private_sessions" USING btree ("room","identity") WHERE "private_sessions"."status" in ('requested', 'active');--> statement-breakpoint
CREATE INDEX "private_sessions_due" ON "private_sessions" USING btree ("status","expires_at") WHERE "private_sessions"."status" in ('requested', 'active');--> statement-breakpoint
CREATE INDEX "private_sessions_room" ON "private_sessions" USING btree ("room");--> statement-breakpoint
CREATE INDEX "private_sessions_identity" ON "private_sessions" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "provider_events_due" ON "provider_events" USING btree ("due_at") WHERE "provider_events"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "provider_events_failing" ON "provider_events" USING btree ("failing_since") WHERE "provider_events"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "provider_events_created" ON "provider_events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "provider_refunds_identity" ON "provider_refunds" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "provider_refunds_source" ON "provider_refunds" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "refunds_identity" ON "refunds" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "refunds_due" ON "refunds" USING btree ("due_at") WHERE "refunds"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "refunds_failing" ON "refunds" USING btree ("failing_since") WHERE "refunds"."failing_since" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one" ON "refunds" USING btree ("payment","part");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_idempotency" ON "refunds" USING btree ("by","idempotency_key") WHERE "refunds"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "refunds_created" ON "refunds" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "pledges_association" ON "pledges" USING btree ("association");--> statement-breakpoint
CREATE INDEX "cancellations_open" ON "cancellations" USING btree ("decided_at") WHERE "cancellations"."completed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_valid" ON "tickets" USING btree ("room","identity") WHERE "tickets"."status" = 'valid';--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_pending" ON "tickets" USING btree ("room","identity") WHERE "tickets"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "tickets_person" ON "tickets" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "tickets_identity" ON "tickets" USING btree ("identity",coalesce("bought_at", "created_at"),"id") WHERE "tickets"."status" in ('valid', 'refunded', 'disputed');--> statement-breakpoint
CREATE INDEX "tickets_room" ON "tickets" USING btree ("room",coalesce("bought_at", "created_at"),"id") WHERE "tickets"."status" in ('valid', 'refunded', 'disputed');--> statement-breakpoint
CREATE UNIQUE INDEX "card_tips_idempotency" ON "card_tips" USING btree ("room","identity","idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "goals_open" ON "goals" USING btree ("room") WHERE "goals"."closed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "tips_idempotency" ON "tips" USING btree ("room","identity","idempotency_key");--> statement-breakpoint
CREATE INDEX "tips_requests" ON "tips" USING btree ("room","sent_at") WHERE "tips"."request" = 'open';--> statement-breakpoint
CREATE INDEX "ledger_holds_identity" ON "ledger_holds" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "promotions_identity" ON "promotions" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "promotions_due" ON "promotions" USING btree ("expires_at") WHERE "promotions"."expired_at" is null and "promotions"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "notice_recipients_identity" ON "notice_recipients" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "notices_open" ON "notices" USING btree ("due_at") WHERE "notices"."done_at" is null;--> statement-breakpoint
CREATE INDEX "notices_done" ON "notices" USING btree ("done_at") WHERE "notices"."done_at" is not null;--> statement-breakpoint
CREATE INDEX "reminders_identity" ON "reminders" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "push_devices_person" ON "push_devices" USING btree ("person");--> statement-breakpoint
CREATE INDEX "push_messages_due" ON "push_messages" USING btree ("owner","due_at") WHERE "push_messages"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "push_messages_failing" ON "push_messages" USING btree ("failing_since") WHERE "push_messages"."failing_since" is not null;--> statement-breakpoint
CREATE INDEX "push_messages_device" ON "push_messages" USING btree ("device");--> statement-breakpoint
CREATE INDEX "outbox_pending" ON "outbox" USING btree ("seq") WHERE "outbox"."dispatched_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_unpublished" ON "outbox" USING btree ("seq") WHERE "outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "picture_uses_owner" ON "picture_uses" USING btree ("owner");--> statement-breakpoint
CREATE INDEX "picture_uses_hash" ON "picture_uses" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "attendances_counted" ON "attendances" USING btree ("counted_at");--> statement-breakpoint
CREATE INDEX "club_entitlements_holder" ON "club_entitlements" USING btree ("creator","identity");--> statement-breakpoint
CREATE INDEX "club_entitlements_expiring" ON "club_entitlements" USING btree ("valid_until") WHERE "club_entitlements"."revoked_at" is null;--> statement-breakpoint
CREATE INDEX "club_tiers_creator" ON "club_tiers" USING btree ("creator","rank");--> statement-breakpoint
CREATE INDEX "follows_follower" ON "follows" USING btree ("follower","since");--> statement-breakpoint
CREATE UNIQUE INDEX "lives_open" ON "lives" USING btree ("room") WHERE "lives"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "lives_ended" ON "lives" USING btree ("ended_at");--> statement-breakpoint
CREATE UNIQUE INDEX "restrictions_once" ON "restrictions" USING btree ("kind","identity",coalesce("creator", ''),coalesce("room", '')) WHERE "restrictions"."kind" in ('removal', 'freeze', 'card_hold') and "restrictions"."decision" is null and "restrictions"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "restrictions_identity" ON "restrictions" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "restrictions_creator" ON "restrictions" USING btree ("creator","created_at","id");--> statement-breakpoint
CREATE INDEX "restrictions_freezes" ON "restrictions" USING btree ("created_at") WHERE "restrictions"."kind" = 'freeze' and "restrictions"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "restrictions_card_holds" ON "restrictions" USING btree ("created_at") WHERE "restrictions"."kind" = 'card_hold' and "restrictions"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "restrictions_by" ON "restrictions" USING btree ("by");--> statement-breakpoint
CREATE INDEX "restrictions_room" ON "restrictions" USING btree ("room") WHERE "restrictions"."identity" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "entitlements_source" ON "entitlements" USING btree ("source","source_id");--> statement-breakpoint
CREATE INDEX "entitlements_holder" ON "entitlements" USING btree ("room","identity");--> statement-breakpoint
CREATE INDEX "entitlements_expiring" ON "entitlements" USING btree ("valid_until") WHERE "entitlements"."revoked_at" is null;--> statement-breakpoint
CREATE INDEX "rooms_creator" ON "rooms" USING btree ("creator");--> statement-breakpoint
CREATE INDEX "rooms_created" ON "rooms" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "rooms_listed" ON "rooms" USING btree ("created_at") WHERE "rooms"."listed" and "rooms"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "rooms_live" ON "rooms" USING btree ("live_gateway") WHERE "rooms"."live_started_at" is not null;--> statement-breakpoint
CREATE INDEX "rooms_never_live" ON "rooms" USING btree ("starts_at") WHERE "rooms"."first_live_at" is null and "rooms"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "rooms_date_due" ON "rooms" USING btree ("date_due_at") WHERE "rooms"."starts_at" is null and "rooms"."first_live_at" is null and "rooms"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "rooms_paused" ON "rooms" USING btree ("paused_until") WHERE "rooms"."paused_until" is not null;--> statement-breakpoint
CREATE INDEX "rooms_ended" ON "rooms" USING btree ("ended_at") WHERE "rooms"."access_kind" = 'ticket' and "rooms"."ended_at" is not null;--> statement-breakpoint
CREATE INDEX "token_grants_moderators" ON "token_grants" USING btree ("creator","identity") WHERE "token_grants"."moderates";--> statement-breakpoint
CREATE INDEX "charter_acceptances_version" ON "charter_acceptances" USING btree ("version");--> statement-breakpoint
CREATE UNIQUE INDEX "charter_versions_draft" ON "charter_versions" USING btree (("announced_at" is null)) WHERE "charter_versions"."announced_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "committee_case_files_once" ON "committee_case_files" USING btree ("case","review_case");--> statement-breakpoint
CREATE INDEX "committee_case_files_review_case" ON "committee_case_files" USING btree ("review_case");--> statement-breakpoint
CREATE UNIQUE INDEX "committee_case_people_once" ON "committee_case_people" USING btree ("case","person");--> statement-breakpoint
CREATE INDEX "committee_case_people_person" ON "committee_case_people" USING btree ("person");--> statement-breakpoint
CREATE INDEX "committee_cases_opened_by" ON "committee_cases" USING btree ("opened_by");--> statement-breakpoint
CREATE INDEX "committee_cases_closed_by" ON "committee_cases" USING btree ("closed_by");--> statement-breakpoint
CREATE INDEX "committee_evidence_requests_member" ON "committee_evidence_requests" USING btree ("member");--> statement-breakpoint
CREATE INDEX "committee_recusals_member" ON "committee_recusals" USING btree ("member");--> statement-breakpoint
CREATE INDEX "committee_requests_by" ON "committee_requests" USING btree ("by");--> statement-breakpoint
CREATE INDEX "committee_declarations_term" ON "committee_declarations" USING btree ("term","declared_at");--> statement-breakpoint
CREATE INDEX "committee_terms_seat" ON "committee_terms" USING btree ("seat","from");--> statement-breakpoint
CREATE INDEX "committee_terms_person" ON "committee_terms" USING btree ("person","until");--> statement-breakpoint
CREATE INDEX "committee_answers_by" ON "committee_answers" USING btree ("by");--> statement-breakpoint
CREATE INDEX "committee_opinion_texts_by" ON "committee_opinion_texts" USING btree ("by");--> statement-breakpoint
CREATE INDEX "committee_opinions_case" ON "committee_opinions" USING btree ("case");--> statement-breakpoint
CREATE INDEX "committee_opinions_by" ON "committee_opinions" USING btree ("by");--> statement-breakpoint
CREATE INDEX "committee_opinions_called_by" ON "committee_opinions" USING btree ("vote_called_by");--> statement-breakpoint
CREATE INDEX "committee_opinions_voting" ON "committee_opinions" USING btree ("vote_until") WHERE "committee_opinions"."vote_until" is not null and "committee_opinions"."outcome" is null;--> statement-breakpoint
CREATE INDEX "committee_remarks_opinion" ON "committee_remarks" USING btree ("opinion","at");--> statement-breakpoint
CREATE INDEX "committee_remarks_by" ON "committee_remarks" USING btree ("by");--> statement-breakpoint
CREATE INDEX "committee_steps_opinion" ON "committee_steps" USING btree ("opinion","position");--> statement-breakpoint
CREATE INDEX "committee_steps_done_by" ON "committee_steps" USING btree ("done_by");--> statement-breakpoint
CREATE INDEX "committee_votes_opinion" ON "committee_votes" USING btree ("opinion");--> statement-breakpoint
CREATE INDEX "committee_votes_member" ON "committee_votes" USING btree ("member");--> statement-breakpoint
CREATE UNIQUE INDEX "proposal_comments_once" ON "proposal_comments" USING btree ("opinion","by");--> statement-breakpoint
CREATE INDEX "proposal_comments_by" ON "proposal_comments" USING btree ("by");--> statement-breakpoint
CREATE INDEX "committee_alarms_threshold" ON "committee_alarms" USING btree ("threshold","at");--> statement-breakpoint
CREATE INDEX "committee_thresholds_set_by" ON "committee_thresholds" USING btree ("set_by");--> statement-breakpoint
CREATE INDEX "committee_thresholds_ended_by" ON "committee_thresholds" USING btree ("ended_by");--> statement-breakpoint
CREATE UNIQUE INDEX "appeals_once" ON "appeals" USING btree ("decision","by") WHERE "appeals"."by" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "appeals_by_form" ON "appeals" USING btree ("decision","report") WHERE "appeals"."report" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "appeals_second_look" ON "appeals" USING btree ("decision") WHERE "appeals"."kind" = 'second_look';--> statement-breakpoint
CREATE INDEX "appeals_case" ON "appeals" USING btree ("case");--> statement-breakpoint
CREATE INDEX "appeals_by" ON "appeals" USING btree ("by");--> statement-breakpoint
CREATE INDEX "appeals_decision" ON "appeals" USING btree ("decision");--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_first" ON "decisions" USING btree ("case") WHERE "decisions"."replaces" is null;--> statement-breakpoint
CREATE INDEX "decisions_case" ON "decisions" USING btree ("case");--> statement-breakpoint
CREATE INDEX "decisions_accused" ON "decisions" USING btree ("accused","at");--> statement-breakpoint
CREATE INDEX "decisions_at" ON "decisions" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "review_cases_open" ON "review_cases" USING btree ("subject_key") WHERE "review_cases"."state" = 'open';--> statement-breakpoint
CREATE INDEX "review_cases_queue" ON "review_cases" USING btree ("severity","due_at","id") WHERE "review_cases"."owed" is not null;--> statement-breakpoint
CREATE INDEX "review_cases_subject" ON "review_cases" USING btree ("subject_key");--> statement-breakpoint
CREATE INDEX "review_cases_state" ON "review_cases" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "review_cases_accused" ON "review_cases" USING btree ("accused");--> statement-breakpoint
CREATE INDEX "review_cases_room" ON "review_cases" USING btree ("room");--> statement-breakpoint
CREATE UNIQUE INDEX "reports_once" ON "reports" USING btree ("case","reporter","category") WHERE "reports"."reporter" is not null and "reports"."source" <> 'order';--> statement-breakpoint
CREATE UNIQUE INDEX "reports_form" ON "reports" USING btree ("subject_key") WHERE "reports"."source" = 'form';--> statement-breakpoint
CREATE INDEX "reports_case" ON "reports" USING btree ("case","number");--> statement-breakpoint
CREATE INDEX "reports_reporter" ON "reports" USING btree ("reporter","number");--> statement-breakpoint
CREATE INDEX "reports_subject" ON "reports" USING btree ("subject_key");--> statement-breakpoint
CREATE INDEX "reports_accused" ON "reports" USING btree ("accused");--> statement-breakpoint
CREATE INDEX "reports_created" ON "reports" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "unfounded_reports_reporter" ON "unfounded_reports" USING btree ("reporter","marked_at");--> statement-breakpoint
CREATE UNIQUE INDEX "record_entries_once" ON "record_entries" USING btree ("log","kind","subject");--> statement-breakpoint
CREATE INDEX "record_openings_person" ON "record_openings" USING btree ("person");--> statement-breakpoint
CREATE INDEX "record_openings_about" ON "record_openings" USING btree ("about");--> statement-breakpoint
CREATE UNIQUE INDEX "events_room" ON "events" USING btree ("room","room_seq");--> statement-breakpoint
CREATE INDEX "events_type" ON "events" USING btree ("type","seq");--> statement-breakpoint
CREATE INDEX "events_created" ON "events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "events_identity" ON "events" USING btree ("identity") WHERE "events"."identity" is not null;--> statement-breakpoint
CREATE INDEX "webhook_attempts_delivery" ON "webhook_attempts" USING btree ("delivery","seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_waiting" ON "webhook_deliveries" USING btree ("endpoint","lane","event_seq") WHERE "webhook_deliveries"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_endpoint" ON "webhook_deliveries" USING btree ("endpoint","event_seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_settled" ON "webhook_deliveries" USING btree ("settled_at") WHERE "webhook_deliveries"."settled_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" USING btree ("endpoint","event") WHERE not "webhook_deliveries"."is_replay";--> statement-breakpoint
CREATE INDEX "webhook_lanes_due" ON "webhook_lanes" USING btree ("endpoint","due_at") WHERE "webhook_lanes"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "webhook_lanes_failing" ON "webhook_lanes" USING btree ("failing_since") WHERE "webhook_lanes"."failing_since" is not null;