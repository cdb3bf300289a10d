-- How each change came to production, in milliseconds whose parts sum to its lead time: known of what departed since this
-- version. Until it is there, when it departed first and what its trials took so far.
CREATE TABLE rt_course (
  change_id ${key} NOT NULL PRIMARY KEY,
  departed TIMESTAMP(6) WITH TIME ZONE,
  tried_ms BIGINT DEFAULT 0 NOT NULL,
  tried_until TIMESTAMP(6) WITH TIME ZONE,
  owner ${key} DEFAULT '' NOT NULL,
  promoted TIMESTAMP(6) WITH TIME ZONE,
  lead_ms BIGINT DEFAULT 0 NOT NULL
);
CREATE INDEX rt_course_of_owner ON rt_course (owner, promoted DESC);

-- Whether a release was turned back or marked bad, and so was counted as failed on its own day.
ALTER TABLE rt_release ADD COLUMN failed INT DEFAULT 0 NOT NULL;
