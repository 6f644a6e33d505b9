-- Tips are told as lists now: those that were told one by one become lists of one, so that what was on its way arrives.
UPDATE "outbox" SET "topic" = 'tips.settled', "data" = jsonb_build_object('tips', jsonb_build_array("data"->'tip')) WHERE "topic" = 'tip.settled';
