-- What people did by hand, in the order in which it was recorded; the content stays in rt_event.
CREATE TABLE rt_by_hand (
  item BIGINT NOT NULL PRIMARY KEY,
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (stream, version)
);

INSERT INTO rt_by_hand (item, stream, version)
SELECT nextval('rt_item_key'), e.stream, e.version FROM (
  SELECT stream, version FROM rt_event
  WHERE type IN ('TrainResumed', 'ReleasesHeld', 'ReleasesFreed', 'ChangePrioritised', 'RunForced', 'ImageBlocked',
      'ImageUnblocked')
    OR type = 'TrainPaused' AND body NOT LIKE '%"user":""%'
    OR type = 'ReleaseMade' AND body LIKE '%"user":"%'
  ORDER BY happened, stream, version
) e;
