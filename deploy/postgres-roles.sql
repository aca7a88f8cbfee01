-- Two roles for two faces: the residents' face can put reports in and cannot read their content back.
-- Run as the owner of the database after `init`, and again after each upgrade:
--   psql -v public_role=forms_public -v officers_role=forms_officers -f deploy/postgres-roles.sql
-- Then give each server (`serve --face public`, `serve --face officers`) an address with its own role.

GRANT USAGE ON SCHEMA public TO :public_role, :officers_role;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :public_role, :officers_role;
GRANT SELECT ON alembic_version, facts TO :public_role, :officers_role;

-- The officers' face: everything but making the schema and changing what the audit log holds.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :officers_role;
REVOKE UPDATE, DELETE ON events FROM :officers_role;

-- The residents' face: no column that holds a report's words or pictures can be read.
GRANT INSERT ON reports, attachments, attachment_parts, messages, events, outbox TO :public_role;
GRANT SELECT (sequence, id, reference, submission_key, content_digest, lookup_key, reply_recipient,
              form_id, form_version, consent_version, channel, link, category, area, anonymous,
              urgent, quarantined, status, version, received_at, updated_at, claimed_by, lease_until,
              purged_at, sealed_bytes, attachment_count, satisfaction, due_at, trial, hand_off)
  ON reports TO :public_role;
GRANT UPDATE (version, updated_at, status, satisfaction, waiting_since, lookup_key, reply_recipient,
              hand_off)
  ON reports TO :public_role;
GRANT SELECT (sequence, submission_key, report_id, number, uploaded_at, media_type, scan, original_of,
              blob, original_digest, sealed_bytes)
  ON attachments TO :public_role;
GRANT UPDATE (report_id), DELETE ON attachments TO :public_role;
GRANT SELECT (blob, number, written_at), DELETE ON attachment_parts TO :public_role;
-- Messages are sealed to their reporter, whose code opens them in this face.
GRANT SELECT, UPDATE (sealed) ON messages TO :public_role;
-- What the reporter asks about the own data goes in, and how it stands comes back; how it ends is the desk's.
GRANT INSERT (id, report_id, reference, kind, asked_at, answer_due_at, done_due_at),
      SELECT (sequence, id, report_id, kind, asked_at, answer_due_at, done_due_at, answered_at,
              extended_at, ended_at, outcome, refusal)
  ON data_requests TO :public_role;
-- A number that the reporter was given elsewhere goes in and is not read back.
GRANT INSERT, SELECT (sequence, id, report_id) ON external_numbers TO :public_role;
GRANT SELECT (reference, lookup_key, entered_at), DELETE ON stubs TO :public_role;
GRANT SELECT (sequence, chain_hash) ON events TO :public_role;
GRANT SELECT (sequence) ON outbox TO :public_role;
-- The guards: limits are counted here, and the code of a talk is looked up.
GRANT SELECT, INSERT, UPDATE, DELETE ON limit_counters TO :public_role;
GRANT SELECT (code, ends_at) ON talks TO :public_role;
-- Short links: where they lead may be read, visits may be counted.
GRANT SELECT (slug, page, until, removed_at) ON campaign_links TO :public_role;
GRANT SELECT, INSERT, UPDATE (visits) ON link_visits TO :public_role;

-- The first visit with a stub's code changes that code: the key of the report, and what was sealed to it.
-- Nobody, in whatever role, changes the key or the words of any other report.
CREATE OR REPLACE FUNCTION only_while_a_stub_is_entered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_entered boolean;
BEGIN
  IF TG_TABLE_NAME = 'reports' THEN
    SELECT EXISTS (SELECT FROM stubs WHERE lookup_key = OLD.lookup_key AND entered_at IS NOT NULL)
      INTO is_entered;
  ELSE
    SELECT EXISTS (SELECT FROM stubs JOIN reports ON reports.lookup_key = stubs.lookup_key
                   WHERE reports.id = OLD.report_id AND entered_at IS NOT NULL)
      INTO is_entered;
  END IF;
  IF NOT is_entered THEN
    RAISE insufficient_privilege USING MESSAGE = 'only a stub''s code is changed';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS only_a_stub_s_code ON reports;
CREATE TRIGGER only_a_stub_s_code BEFORE UPDATE OF lookup_key, reply_recipient ON reports
  FOR EACH ROW EXECUTE FUNCTION only_while_a_stub_is_entered();
DROP TRIGGER IF EXISTS only_a_stub_s_words ON messages;
CREATE TRIGGER only_a_stub_s_words BEFORE UPDATE ON messages
  FOR EACH ROW EXECUTE FUNCTION only_while_a_stub_is_entered();

-- Refuses whatever its trigger lets through to it, in the trigger's words.
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = TG_ARGV[0];
END $$;

-- What a reporter kept for VNeID may be deleted, and is never written anew.
DROP TRIGGER IF EXISTS only_deleted ON reports;
CREATE TRIGGER only_deleted BEFORE UPDATE OF hand_off ON reports FOR EACH ROW
  WHEN (NEW.hand_off IS NOT NULL) EXECUTE FUNCTION refuse('a reporter''s own copy is only deleted');

-- A reporter opens a finished report again, and moves it nowhere else. Who may give reports to officers
-- is the desk (or the owner), which obeys the table of states in its own code.
DROP TRIGGER IF EXISTS only_opened_again ON reports;
DROP FUNCTION IF EXISTS only_opened_again();  -- an earlier release's
CREATE TRIGGER only_opened_again BEFORE UPDATE OF status ON reports FOR EACH ROW
  WHEN (NOT has_column_privilege('reports', 'claimed_by', 'UPDATE')
        AND NOT (NEW.status = 'xac_minh' AND OLD.status IN
                 ('da_giai_quyet', 'chuyen_co_quan', 'khong_du_thong_tin', 'trung_lap', 'ngoai_pham_vi')))
  EXECUTE FUNCTION refuse('the residents'' face only opens finished reports again');
