package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import groovy.lang.Binding;
import groovy.lang.MissingPropertyException;
import hudson.AbortException;
import org.jenkinsci.plugins.workflow.cps.CpsScript;
import org.junit.jupiter.api.Test;

/** DOC-1: a mistake of the pipeline itself is no verdict about images. */
class VerdictsTest {
    /** As a script or a variable of a library is compiled. */
    private abstract static class Script extends CpsScript {
        Script() throws java.io.IOException {}
    }

    private static Throwable from(String type) {
        AbortException failure = new AbortException("checkout scm is only available in branch jobs");
        failure.setStackTrace(new StackTraceElement[] {new StackTraceElement(type, "getValue", "X.java", 1)});
        return failure;
    }

    @Test
    void DOC_1_whatNoImageCanHelpIsAMistakeOfThePipeline() {
        assertThat(Verdicts.isMistake(new MissingPropertyException("RELEASE_TRIAN", Binding.class)))
                .isTrue();
        assertThat(Verdicts.isMistake(new MissingPropertyException("helper", Script.class)))
                .isTrue();
        assertThat(Verdicts.isMistake(
                        new NoSuchMethodError("No such DSL method 'junti' found among steps [archive, junit]")))
                .isTrue();
        assertThat(Verdicts.isMistake(from("org.jenkinsci.plugins.workflow.multibranch.SCMVar")))
                .isTrue();
        assertThat(Verdicts.isMistake(
                        from("org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStepExecution")))
                .as("no such job, or it is disabled")
                .isTrue();
        assertThat(Verdicts.isMistake(from("org.jenkinsci.plugins.workflow.steps.ToolStep$Execution")))
                .isTrue();
        assertThat(Verdicts.isMistake(new Misplaced("monoRelease: within its own tests")))
                .isTrue();
    }

    @Test
    void I4_whatAnImageMayHaveCausedIsAVerdict() {
        assertThat(Verdicts.isMistake(new MissingPropertyException("total", String.class)))
                .as("of an answer that was not as expected")
                .isFalse();
        assertThat(Verdicts.isMistake(new NoSuchMethodError("com.example.Client.total()I")))
                .isFalse();
        assertThat(Verdicts.isMistake(from("org.jenkinsci.plugins.workflow.steps.ErrorStep")))
                .isFalse();
        assertThat(Verdicts.isMistake(from("org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerListener")))
                .as("what a downstream build came to")
                .isFalse();
        assertThat(Verdicts.isMistake(new AbortException("cart answers 500"))).isFalse();
        assertThat(Verdicts.isMistake(new AssertionError("assert total == 3"))).isFalse();
    }
}
