-- Of what moderators did, one thing may be changed: erasure puts a pseudonym in the place of a person. What was done, when and why stays.
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
DROP TRIGGER "chat_acts_append_only" ON "chat_acts";
--> statement-breakpoint
CREATE TRIGGER "chat_acts_append_only" BEFORE DELETE OR TRUNCATE ON "chat_acts"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "chat_acts_pseudonyms_only" BEFORE UPDATE ON "chat_acts"
  FOR EACH ROW EXECUTE FUNCTION "refuse_all_but_pseudonyms"();
