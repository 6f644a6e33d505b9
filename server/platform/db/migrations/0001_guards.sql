-- Rules that the schemas cannot express: append-only tables, balanced ledger entries, and the first fee policy.
-- Written by hand; it runs after 0000_schema.sql.

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "ledger_transactions_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "ledger_transactions"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "ledger_entries"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "desk_acts_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "desk_acts"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "desk_act_outcomes_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "desk_act_outcomes"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- A booking of the desk is decided once; nothing else in it changes.
CREATE FUNCTION "refuse_all_but_one_decision"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."status" = 'waiting'
    AND to_jsonb(NEW) - '{status,decided_by,decided_at}'::text[] = to_jsonb(OLD) - '{status,decided_by,decided_at}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "desk_bookings_append_only" BEFORE DELETE OR TRUNCATE ON "desk_bookings"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "desk_bookings_decided_once" BEFORE UPDATE ON "desk_bookings"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_one_decision"();
--> statement-breakpoint
CREATE TRIGGER "fee_policies_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "fee_policies"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "waivers_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "waivers"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "invoices_append_only" BEFORE DELETE OR TRUNCATE ON "invoices"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- After the term of the law the buyer is erased from a receipt; everything else in it is final.
CREATE FUNCTION "refuse_all_but_buyer_erasure"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."identity" = '' AND NEW."buyer_name" IS NULL
    AND to_jsonb(NEW) - 'identity' - 'buyer_name' = to_jsonb(OLD) - 'identity' - 'buyer_name' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "invoices_buyer_erasure_only" BEFORE UPDATE ON "invoices"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_buyer_erasure"();
--> statement-breakpoint
-- A role is given once and ended once; the record of who had it stays.
CREATE FUNCTION "refuse_all_but_giving_and_ending"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."ended_at" IS NULL
    AND (OLD."given_at" IS NULL OR (NEW."given_at", NEW."given_by") = (OLD."given_at", OLD."given_by"))
    AND to_jsonb(NEW) - '{given_at,given_by,ended_at,ended_by}'::text[] = to_jsonb(OLD) - '{given_at,given_by,ended_at,ended_by}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "roles_append_only" BEFORE DELETE OR TRUNCATE ON "roles"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "roles_giving_and_ending_only" BEFORE UPDATE ON "roles"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_giving_and_ending"();
--> statement-breakpoint
-- A draft of the charter may change; a version that was announced is final.
CREATE FUNCTION "refuse_change_of_announced"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."announced_at" IS NOT NULL THEN
    RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "charter_versions_announced_final" BEFORE UPDATE OR DELETE ON "charter_versions"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_announced"();
--> statement-breakpoint
CREATE TRIGGER "charter_versions_not_emptied" BEFORE TRUNCATE ON "charter_versions"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "charter_acceptances_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "charter_acceptances"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- Erasure and the end of retention take people and their words out of a report; everything else in it is final.
CREATE FUNCTION "refuse_all_but_report_erasure"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW."reporter" IS NULL OR NEW."reporter" = OLD."reporter")
    AND (NEW."contact" IS NULL OR NEW."contact" = OLD."contact")
    AND (NEW."note" IS NULL OR NEW."note" = OLD."note")
    AND (NEW."evidence" IS NULL OR NEW."evidence" = OLD."evidence")
    AND to_jsonb(NEW) - 'reporter' - 'contact' - 'note' - 'evidence'
      = to_jsonb(OLD) - 'reporter' - 'contact' - 'note' - 'evidence' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "reports_append_only" BEFORE DELETE OR TRUNCATE ON "reports"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "reports_erasure_only" BEFORE UPDATE ON "reports"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_report_erasure"();
--> statement-breakpoint
-- Erasure takes the person and the reasons out of a decision; everything else in it is final.
CREATE FUNCTION "refuse_all_but_decision_erasure"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."accused" IS NULL AND NEW."reasons" IS NULL
    AND to_jsonb(NEW) - 'accused' - 'reasons' = to_jsonb(OLD) - 'accused' - 'reasons' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "decisions_append_only" BEFORE DELETE OR TRUNCATE ON "decisions"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "decisions_erasure_only" BEFORE UPDATE ON "decisions"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_decision_erasure"();
--> statement-breakpoint
CREATE TRIGGER "case_looks_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "case_looks"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- A live ends once. Its times are counted in published figures.
CREATE FUNCTION "refuse_all_but_ending_of_live"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."ended_at" IS NULL AND to_jsonb(NEW) - 'ended_at' = to_jsonb(OLD) - 'ended_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "lives_append_only" BEFORE DELETE OR TRUNCATE ON "lives"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "lives_ending_only" BEFORE UPDATE ON "lives"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_ending_of_live"();
--> statement-breakpoint
-- A seat of the committee is renamed while it exists, and removed once.
CREATE FUNCTION "refuse_change_of_removed_seat"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."removed_at" IS NULL
    AND to_jsonb(NEW) - '{name,removed_at,removed_by}'::text[] = to_jsonb(OLD) - '{name,removed_at,removed_by}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "committee_seats_append_only" BEFORE DELETE OR TRUNCATE ON "committee_seats"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_seats_removed_final" BEFORE UPDATE ON "committee_seats"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_removed_seat"();
--> statement-breakpoint
-- The term of a member ends once, by removal only with a reason. The biography is the member's until then; erasure
-- takes it out.
CREATE FUNCTION "refuse_all_but_ending_of_term"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - '{biography,ended_at,ended_how,ended_by,end_reason}'::text[]
      = to_jsonb(OLD) - '{biography,ended_at,ended_how,ended_by,end_reason}'::text[]
    AND (NEW."ended_how" IS DISTINCT FROM 'removed' OR NEW."end_reason" IS NOT NULL)
    AND (
      (OLD."ended_at" IS NULL AND (NEW."ended_at" IS NULL) = (NEW."ended_how" IS NULL)
        AND (NEW."ended_at" IS NOT NULL OR NEW."end_reason" IS NULL))
      OR ((NEW."ended_at", NEW."ended_how", NEW."ended_by") = (OLD."ended_at", OLD."ended_how", OLD."ended_by")
        AND NEW."end_reason" IS NOT DISTINCT FROM OLD."end_reason"
        AND (NEW."biography" IS NULL OR NEW."biography" = OLD."biography"))
    ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "committee_terms_append_only" BEFORE DELETE OR TRUNCATE ON "committee_terms"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_terms_ending_only" BEFORE UPDATE ON "committee_terms"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_ending_of_term"();
--> statement-breakpoint
-- Erasure takes the interests out of a declaration; everything else in it is final.
CREATE FUNCTION "refuse_all_but_declaration_erasure"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."interests" IS NULL AND to_jsonb(NEW) - 'interests' = to_jsonb(OLD) - 'interests' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "committee_declarations_append_only" BEFORE DELETE OR TRUNCATE ON "committee_declarations"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_declarations_erasure_only" BEFORE UPDATE ON "committee_declarations"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_declaration_erasure"();
--> statement-breakpoint
CREATE TRIGGER "self_bills_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "self_bills"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "self_billed_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "self_billed"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "self_billing_agreements_append_only" BEFORE DELETE OR TRUNCATE ON "self_billing_agreements"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- The columns that the trigger names are set together and once; nothing else changes.
CREATE FUNCTION "refuse_all_but_first_setting"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "columns" text[] := TG_ARGV;
BEGIN
  IF to_jsonb(NEW) - "columns" = to_jsonb(OLD) - "columns"
    AND NOT EXISTS (SELECT FROM jsonb_each_text(to_jsonb(OLD)) WHERE "key" = ANY ("columns") AND "value" IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "self_billing_agreements_withdrawn_once" BEFORE UPDATE ON "self_billing_agreements"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_first_setting"('withdrawn_at');
--> statement-breakpoint
CREATE TRIGGER "dac7_filings_refused_once" BEFORE UPDATE ON "dac7_filings"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_first_setting"('refused_at', 'refused_by', 'refusal_reason');
--> statement-breakpoint
CREATE TRIGGER "dac7_documents_never_changed" BEFORE UPDATE ON "dac7_documents"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_case_files_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_case_files"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_recusals_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_recusals"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_evidence_requests_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_evidence_requests"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_opinion_texts_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_opinion_texts"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_remarks_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_remarks"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_answers_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_answers"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_votes_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_votes"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_case_people_append_only" BEFORE DELETE OR TRUNCATE ON "committee_case_people"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_cases_append_only" BEFORE DELETE OR TRUNCATE ON "committee_cases"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_requests_append_only" BEFORE DELETE OR TRUNCATE ON "committee_requests"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_opinions_append_only" BEFORE DELETE OR TRUNCATE ON "committee_opinions"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_steps_append_only" BEFORE DELETE OR TRUNCATE ON "committee_steps"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_cases_closed_once" BEFORE UPDATE ON "committee_cases"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_first_setting"('closed_at', 'closed_by', 'close_reason');
--> statement-breakpoint
CREATE TRIGGER "committee_alarms_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "committee_alarms"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_thresholds_append_only" BEFORE DELETE OR TRUNCATE ON "committee_thresholds"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "committee_thresholds_ended_once" BEFORE UPDATE ON "committee_thresholds"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_first_setting"('ended_at', 'ended_by', 'end_reason');
--> statement-breakpoint
CREATE TRIGGER "committee_steps_done_once" BEFORE UPDATE ON "committee_steps"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_first_setting"('done_at', 'done_by', 'done_note');
--> statement-breakpoint
-- Erasure takes out the columns that the trigger names, such as the words of what somebody asked of the committee;
-- everything else is final.
CREATE FUNCTION "refuse_all_but_erasure"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "columns" text[] := TG_ARGV;
BEGIN
  IF to_jsonb(NEW) - "columns" = to_jsonb(OLD) - "columns" AND NOT EXISTS (
    SELECT FROM jsonb_each_text(to_jsonb(NEW)) WHERE "key" = ANY ("columns") AND "value" <> coalesce(to_jsonb(OLD) ->> "key", '')
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "committee_requests_erasure_only" BEFORE UPDATE ON "committee_requests"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_erasure"('text');
--> statement-breakpoint
CREATE TRIGGER "committee_case_people_erasure_only" BEFORE UPDATE ON "committee_case_people"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_erasure"('person');
--> statement-breakpoint
-- Of an opinion it is written once each when everybody can comment, that a vote was called, and how it ended.
CREATE FUNCTION "refuse_all_but_course_of_opinion"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "comments" text[] := '{comment_version,comments_from,comments_until}';
  "call" text[] := '{voted_version,vote_called_by,vote_called_at,vote_until}';
  "ending" text[] := '{outcome,ended_at,tally,answer_due_at}';
BEGIN
  IF OLD."outcome" IS NULL AND (
    (OLD."comment_version" IS NULL AND to_jsonb(NEW) - "comments" = to_jsonb(OLD) - "comments")
    OR (OLD."voted_version" IS NULL AND to_jsonb(NEW) - "call" = to_jsonb(OLD) - "call")
    OR to_jsonb(NEW) - "ending" = to_jsonb(OLD) - "ending"
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "committee_opinions_course_only" BEFORE UPDATE ON "committee_opinions"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_course_of_opinion"();
--> statement-breakpoint
-- A comment on a proposal is hidden once; erasure takes out its words.
CREATE FUNCTION "refuse_all_but_hiding_of_comment"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "hiding" text[] := '{hidden_at,hidden_by,hide_reason}';
BEGIN
  IF (OLD."hidden_at" IS NULL AND to_jsonb(NEW) - "hiding" = to_jsonb(OLD) - "hiding")
    OR (NEW."text" IS NULL AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "proposal_comments_append_only" BEFORE DELETE OR TRUNCATE ON "proposal_comments"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "proposal_comments_hidden_once" BEFORE UPDATE ON "proposal_comments"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_hiding_of_comment"();
--> statement-breakpoint
-- Votes are cast while a vote goes on, and versions added before it.
CREATE FUNCTION "refuse_late_vote"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "committee_opinions" WHERE "id" = NEW."opinion" AND "voted_version" IS NOT NULL AND "outcome" IS NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'no vote on % goes on', NEW."opinion" USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "committee_votes_in_time" BEFORE INSERT ON "committee_votes"
  FOR EACH ROW EXECUTE FUNCTION "refuse_late_vote"();
--> statement-breakpoint
CREATE FUNCTION "refuse_late_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "committee_opinions" WHERE "id" = NEW."opinion" AND "voted_version" IS NULL AND "outcome" IS NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the text of % is voted on', NEW."opinion" USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "committee_opinion_texts_in_time" BEFORE INSERT ON "committee_opinion_texts"
  FOR EACH ROW EXECUTE FUNCTION "refuse_late_version"();
--> statement-breakpoint
CREATE TRIGGER "sale_terms_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "sale_terms"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- Erasure may replace a person by a pseudonym in the record of moderation; everything else in a row is final.
CREATE FUNCTION "refuse_all_but_pseudonyms"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW."actor" = OLD."actor" OR NEW."actor" LIKE 'erased-%')
    AND (NEW."target" IS NOT DISTINCT FROM OLD."target" OR (OLD."target" IS NOT NULL AND NEW."target" LIKE 'erased-%'))
    AND to_jsonb(NEW) - 'actor' - 'target' = to_jsonb(OLD) - 'actor' - 'target' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "chat_acts_append_only" BEFORE DELETE OR TRUNCATE ON "chat_acts"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "chat_acts_pseudonyms_only" BEFORE UPDATE ON "chat_acts"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_pseudonyms"();
--> statement-breakpoint
-- Runs once per INSERT statement. Each statement must add a balanced set of entries, so a transaction's sum is always zero.
-- When all rows use one currency, each transaction and account is looked up once; otherwise every entry is compared.
CREATE FUNCTION "refuse_unbalanced_entries"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  currencies text[];
BEGIN
  IF EXISTS (SELECT 1 FROM inserted GROUP BY "transaction" HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'ledger entries do not sum to zero' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT array_agg(found.currency) INTO currencies FROM (
    SELECT (SELECT t.currency FROM ledger_transactions t WHERE t.id = named.id) AS currency
      FROM (SELECT DISTINCT "transaction" AS id FROM inserted) named
    UNION
    SELECT (SELECT a.currency FROM ledger_accounts a WHERE a.id = named.id)
      FROM (SELECT DISTINCT account AS id FROM inserted) named
  ) found;
  IF cardinality(currencies) = 1 AND currencies[1] IS NOT NULL THEN
    RETURN NULL;
  END IF;
  IF EXISTS (
    SELECT 1 FROM inserted
    LEFT JOIN ledger_transactions t ON t.id = inserted."transaction"
    LEFT JOIN ledger_accounts a ON a.id = inserted.account
    WHERE t.id IS NULL OR a.id IS NULL OR a.currency <> t.currency
  ) THEN
    RAISE EXCEPTION 'a ledger entry names no transaction, no account, or an account of another currency'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_balanced" AFTER INSERT ON "ledger_entries"
  REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_unbalanced_entries"();
--> statement-breakpoint
-- VAT 20 %, commission 20 % of the net.
INSERT INTO "fee_policies" ("id", "version", "vat_bps", "commission_bps", "effective_at")
  VALUES ('fees_v1', 1, 2000, 2000, '2026-01-01T00:00:00Z');
--> statement-breakpoint
CREATE TRIGGER "record_entries_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "record_entries"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_checkpoints_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "record_checkpoints"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_member_signatures_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "record_member_signatures"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_cosignatures_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "record_cosignatures"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_logs_append_only" BEFORE DELETE OR TRUNCATE ON "record_logs"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_keys_append_only" BEFORE DELETE OR TRUNCATE ON "record_keys"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_openings_append_only" BEFORE DELETE OR TRUNCATE ON "record_openings"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_tiles_append_only" BEFORE DELETE OR TRUNCATE ON "record_tiles"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "record_keys_retired_once" BEFORE UPDATE ON "record_keys"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_first_setting"('retired_at');
--> statement-breakpoint
CREATE TRIGGER "record_openings_erasure_only" BEFORE UPDATE ON "record_openings"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_erasure"('salt', 'content', 'person', 'about');
