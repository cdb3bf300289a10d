-- Several trials of a stream may run at once, so those that run are looked up.
ALTER TABLE rt_now DROP COLUMN trial;
CREATE INDEX rt_trial_running ON rt_trial (stream, done_version, version);
