-- One text for H2 (PostgreSQL mode) and PostgreSQL. Placeholders, see SqlDatabase:
--   key    text that is compared byte by byte, whatever the database's locale, so that prefixes can use the index
--   bytes  binary data without a small limit

CREATE TABLE rt_stream (
  name ${key} NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);

CREATE TABLE rt_event (
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  happened TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  type VARCHAR(100) NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (stream, version)
);

CREATE TABLE rt_snapshot (
  stream ${key} NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  state TEXT NOT NULL
);

-- depth 0: body is a full copy; otherwise body is the difference to parent.
CREATE TABLE rt_set (
  digest ${key} NOT NULL PRIMARY KEY,
  parent ${key},
  depth INT NOT NULL,
  body ${bytes} NOT NULL
);

-- The history is an index of events by what they are about; their content stays in rt_event alone. stream and version
-- are the event that began it, done_stream and done_version the one that promoted or ended it.

CREATE TABLE rt_release (
  id ${key} NOT NULL PRIMARY KEY,
  owner ${key} NOT NULL,
  number INT NOT NULL,
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  done_stream ${key},
  done_version BIGINT
);
CREATE UNIQUE INDEX rt_release_of_owner ON rt_release (owner, number DESC);

CREATE TABLE rt_change (
  id ${key} NOT NULL PRIMARY KEY,
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  done_stream ${key},
  done_version BIGINT
);

CREATE TABLE rt_trial (
  id ${key} NOT NULL PRIMARY KEY,
  batch ${key} NOT NULL,
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  done_stream ${key},
  done_version BIGINT
);
CREATE INDEX rt_trial_of_batch ON rt_trial (batch, version);

CREATE TABLE rt_run (
  suite ${key} NOT NULL,
  set_digest ${key} NOT NULL,
  happened TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  passed INT NOT NULL,
  failed INT NOT NULL
);
-- One column only: with more, H2 cannot look up an IN list in it. A set has few runs.
CREATE INDEX rt_run_of_set ON rt_run (set_digest);
