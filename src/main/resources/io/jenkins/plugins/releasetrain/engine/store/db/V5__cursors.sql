-- Who reads events for others, one controller at a time, and up to which version of each stream.
CREATE TABLE rt_reader (
  name ${key} NOT NULL PRIMARY KEY,
  holder ${key} NOT NULL,
  held_until TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

CREATE TABLE rt_cursor (
  reader ${key} NOT NULL,
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (reader, stream)
);
