-- Who waits for an environment, in the order of their numbers; whoever waits lets renewals grow, and what does not grow is gone.
CREATE TABLE rt_waiting (
  environment ${key} NOT NULL,
  id ${key} NOT NULL,
  number BIGINT NOT NULL,
  owner VARCHAR(1000) NOT NULL,
  mode VARCHAR(20) NOT NULL,
  claims VARCHAR(100000) NOT NULL,
  lease_ms BIGINT NOT NULL,
  since TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  renewals BIGINT NOT NULL,
  PRIMARY KEY (environment, id)
);

-- How long environments are held, on average of about the last twenty times: for telling how long others wait.
CREATE TABLE rt_hold_length (
  environment ${key} NOT NULL,
  mode VARCHAR(20) NOT NULL,
  mean_ms BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  PRIMARY KEY (environment, mode)
);
