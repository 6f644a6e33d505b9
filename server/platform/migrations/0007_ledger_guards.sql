-- The same rules at less cost for a batch: where everything is of one currency, each transaction and each account is looked up once, and not
-- once for each of its entries. Only otherwise is every entry compared.
CREATE OR REPLACE FUNCTION "refuse_unbalanced_entries"() RETURNS trigger LANGUAGE plpgsql AS $$
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
