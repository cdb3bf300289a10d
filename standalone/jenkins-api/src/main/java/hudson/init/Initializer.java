package hudson.init;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

@Retention(RetentionPolicy.RUNTIME)
public @interface Initializer {
    InitMilestone after() default InitMilestone.PLUGINS_STARTED;

    InitMilestone before() default InitMilestone.PLUGINS_STARTED;
}
