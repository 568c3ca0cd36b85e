-- What has a name of the schema of version 2 goes, or is called otherwise until it is copied.

DROP VIEW readable_jobs;
DROP TRIGGER payloads_go_with_jobs;
DROP INDEX waiting_jobs;
DROP INDEX running_jobs;
DROP INDEX ended_jobs;
DROP INDEX rare_jobs;
DROP INDEX dedupe_windows;
ALTER TABLE jobs RENAME TO old_jobs;
ALTER TABLE payloads RENAME TO old_payloads;
ALTER TABLE dedupe_keys RENAME TO old_dedupe_keys;
