-- What the schema cannot say: books are never rewritten, and no statement leaves them unbalanced.

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
CREATE TRIGGER "fee_policies_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "fee_policies"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- Once a statement, over all rows that it inserted: a batch of sales costs one check. Legs can be added to a transaction only as a balanced
-- set, so its sum is zero at every moment, and a deferred check at commit has nothing left to find.
CREATE FUNCTION "refuse_unbalanced_entries"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM inserted GROUP BY "transaction" HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'ledger entries do not sum to zero' USING ERRCODE = 'integrity_constraint_violation';
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
-- VAT 20 %, commission 20 % of the net, no pledge.
INSERT INTO "fee_policies" ("id", "version", "vat_bps", "commission_bps", "charity_bps", "effective_at")
  VALUES ('fees_v1', 1, 2000, 2000, 0, '2026-01-01T00:00:00Z');
