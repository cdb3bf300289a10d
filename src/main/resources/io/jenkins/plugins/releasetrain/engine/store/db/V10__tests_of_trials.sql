-- What the body that judged a trial recorded of its tests, by the event that tells it.
ALTER TABLE rt_trial ADD COLUMN tests_version BIGINT;
