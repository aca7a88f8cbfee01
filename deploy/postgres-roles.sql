-- Two roles for two faces: the residents' face can put reports in and cannot read their content back.
-- Run as the owner of the database after `init`, and again after each upgrade:
--   psql -v public_role=forms_public -v officers_role=forms_officers -f deploy/postgres-roles.sql
-- Then give each server (`serve --face public`, `serve --face officers`) an address with its own role.

GRANT USAGE ON SCHEMA public TO :public_role, :officers_role;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :public_role, :officers_role;
GRANT SELECT ON alembic_version, facts TO :public_role, :officers_role;

-- The officers' face: everything but making the schema.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :officers_role;

-- The residents' face: no column that holds a report's words or pictures can be read.
GRANT INSERT ON reports, attachments, attachment_parts, messages, events, outbox TO :public_role;
GRANT SELECT (sequence, id, reference, submission_key, content_digest, lookup_key, reply_recipient,
              form_id, form_version, consent_version, channel, link, category, area, anonymous,
              urgent, quarantined, status, version, received_at, updated_at, claimed_by, lease_until,
              purged_at, sealed_bytes, attachment_count, satisfaction, due_at, trial)
  ON reports TO :public_role;
GRANT UPDATE (version, updated_at, satisfaction, waiting_since) ON reports TO :public_role;
GRANT SELECT (sequence, submission_key, report_id, number, uploaded_at, media_type, scan, original_of,
              blob, original_digest, sealed_bytes)
  ON attachments TO :public_role;
GRANT UPDATE (report_id), DELETE ON attachments TO :public_role;
GRANT SELECT (blob, number, written_at), DELETE ON attachment_parts TO :public_role;
-- Messages are sealed to their reporter, whose code opens them in this face.
GRANT SELECT ON messages TO :public_role;
GRANT SELECT (sequence, chain_hash) ON events TO :public_role;
GRANT SELECT (sequence) ON outbox TO :public_role;
-- The guards: limits are counted here, and the code of a talk is looked up.
GRANT SELECT, INSERT, UPDATE, DELETE ON limit_counters TO :public_role;
GRANT SELECT (code, ends_at) ON talks TO :public_role;
