package org.jenkinsci.plugins.pipeline.modeldefinition.causes;

import hudson.model.Cause;

public class RestartDeclarativePipelineCause extends Cause {
    private RestartDeclarativePipelineCause() {}

    public int getOriginRunNumber() {
        throw new UnsupportedOperationException();
    }
}
