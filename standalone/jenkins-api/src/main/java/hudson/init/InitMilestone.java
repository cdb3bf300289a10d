package hudson.init;

public enum InitMilestone {
    PLUGINS_STARTED,
    SYSTEM_CONFIG_LOADED,
    JOB_CONFIG_ADAPTED
}
