-- What lists show of a release, so that they need not read its events: when it was made and came to production, and which
-- one it goes back to (empty for none). Derived from the events, of what older versions wrote when the store is opened.
-- If not there: H2 may keep what a migration did and not that it did it, where its process is killed.
ALTER TABLE rt_release ADD COLUMN IF NOT EXISTS made TIMESTAMP(6) WITH TIME ZONE;
ALTER TABLE rt_release ADD COLUMN IF NOT EXISTS promoted TIMESTAMP(6) WITH TIME ZONE;
ALTER TABLE rt_release ADD COLUMN IF NOT EXISTS rollback_of ${key};

-- Grows with each change of a row, so that their sum tells whether anything changed since it was read.
ALTER TABLE rt_production ADD COLUMN IF NOT EXISTS revision BIGINT DEFAULT 1 NOT NULL;
CREATE INDEX IF NOT EXISTS rt_production_revision ON rt_production (revision, happened);
