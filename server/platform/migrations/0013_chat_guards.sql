-- What moderators did is added to and never rewritten.
CREATE TRIGGER "chat_acts_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "chat_acts"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
