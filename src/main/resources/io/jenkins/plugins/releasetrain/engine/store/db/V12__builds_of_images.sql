-- Which build made which image, by the event that tells it: how images of a service follow each other in a job. since is the
-- image before, empty where none is known; people are those of its commits, one per line, in small letters.
CREATE TABLE rt_built (
  stream ${key} NOT NULL,
  version BIGINT NOT NULL,
  digest ${key} NOT NULL,
  service ${key} NOT NULL,
  job ${key} NOT NULL,
  number BIGINT NOT NULL,
  since ${key} NOT NULL,
  change_request INT NOT NULL,
  people TEXT NOT NULL,
  PRIMARY KEY (stream, version)
);
CREATE INDEX rt_built_of_image ON rt_built (digest);
CREATE INDEX rt_built_of_job ON rt_built (service, job, number DESC);

-- The newest note on a release.
CREATE TABLE rt_note (
  release_id ${key} NOT NULL PRIMARY KEY,
  stream ${key} NOT NULL,
  version BIGINT NOT NULL
);

-- Images of one name, of which one took the tag of the other.
CREATE INDEX rt_image_of_tag ON rt_image (repository, tag);
