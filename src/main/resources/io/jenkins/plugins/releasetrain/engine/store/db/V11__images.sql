-- What is known of images by their digest: how they are called, and what they say of themselves. Whatever is not known is
-- empty. Derived from the events, those of before this version when the store is opened.
CREATE TABLE rt_image (
  digest ${key} NOT NULL PRIMARY KEY,
  repository ${key} NOT NULL,
  tag ${key} NOT NULL,
  label_version VARCHAR(300) DEFAULT '' NOT NULL,
  revision VARCHAR(300) DEFAULT '' NOT NULL,
  source VARCHAR(2100) DEFAULT '' NOT NULL,
  created VARCHAR(300) DEFAULT '' NOT NULL,
  described INT DEFAULT 0 NOT NULL,
  happened TIMESTAMP(6) WITH TIME ZONE NOT NULL
);
CREATE INDEX rt_image_undescribed ON rt_image (described, happened DESC);

-- Up to which version of a stream the images in it are known.
ALTER TABLE rt_stream ADD COLUMN imaged BIGINT DEFAULT 0 NOT NULL;
