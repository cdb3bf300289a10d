-- What pages ask for, derived from the events as the history of V1 is: still without content, but for rt_production and
-- rt_count. Placeholders as in V1.

-- Up to which version the tables below know the stream; behind its version where an older controller appended.
ALTER TABLE rt_stream ADD COLUMN indexed BIGINT DEFAULT 0 NOT NULL;

CREATE SEQUENCE rt_item_key;

-- Releases, and changes and lanes that ended otherwise, in the order in which they were recorded.
CREATE TABLE rt_item (
  item BIGINT NOT NULL PRIMARY KEY,
  kind VARCHAR(10) NOT NULL,
  id ${key} NOT NULL,
  happened TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  done_stream ${key},
  done_version BIGINT
);
CREATE UNIQUE INDEX rt_item_of_id ON rt_item (kind, id);
CREATE INDEX rt_item_newest ON rt_item (item DESC);
CREATE INDEX rt_item_at ON rt_item (happened, item);
CREATE INDEX rt_item_at_newest ON rt_item (happened DESC, item DESC);

-- What items can be found by; a term is the beginning of a hash of, for example, "service:cart".
CREATE TABLE rt_term (
  term BIGINT NOT NULL,
  item BIGINT NOT NULL
);
CREATE UNIQUE INDEX rt_term_newest ON rt_term (term, item DESC);

-- What the newest promotion of each repository left in production.
CREATE TABLE rt_production (
  repository ${key} NOT NULL PRIMARY KEY,
  service ${key} NOT NULL,
  digest ${key} NOT NULL,
  tag ${key} NOT NULL,
  release_id ${key} NOT NULL,
  happened TIMESTAMP(6) WITH TIME ZONE NOT NULL
);
CREATE INDEX rt_production_of_service ON rt_production (service, repository);
CREATE INDEX rt_production_of_digest ON rt_production (digest);

-- The set that was installed last; candidate is the trial or lane that it is there for, empty for the baseline.
CREATE TABLE rt_environment (
  name ${key} NOT NULL PRIMARY KEY,
  set_digest ${key} NOT NULL,
  candidate ${key} NOT NULL,
  happened TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

-- The events that hold now: of the batch under way, of its running trial, of the pause.
CREATE TABLE rt_now (
  stream ${key} NOT NULL PRIMARY KEY,
  batch BIGINT,
  trial BIGINT,
  pause BIGINT
);
ALTER TABLE rt_change ADD COLUMN batch ${key};
CREATE INDEX rt_change_open ON rt_change (stream, done_version, version);
CREATE INDEX rt_change_undone ON rt_change (done_version, stream);

-- How often what happened on a day (UTC); bucket is a size, or the logarithm of a time.
CREATE TABLE rt_count (
  owner ${key} NOT NULL,
  happened DATE NOT NULL,
  metric VARCHAR(20) NOT NULL,
  bucket INT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (owner, happened, metric, bucket)
);
