package io.jenkins.plugins.releasetrain.harness;

import hudson.model.Result;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A Jenkins that is configured for a shop of its own, anew for each test. */
@WithJenkins
abstract class ShopTest {
    @RegisterExtension
    static final BuildWatcherExtension WATCHER = new BuildWatcherExtension();

    JenkinsRule jenkins;
    Shop shop;

    @BeforeEach
    void open(JenkinsRule rule) throws Exception {
        jenkins = rule;
        shop = new Shop();
        shop.configure();
    }

    @AfterEach
    void close() throws Exception {
        GateStep.forgetAll();
        shop.close();
    }

    /**
     * A build that waits for the train.
     *
     * @param more of the step's parameters, beginning with a comma
     * @param body tests that fail where mail is among what changed, whatever this does
     */
    WorkflowRun ride(String service, String image, String more, String body) throws Exception {
        WorkflowRun build = Shop.start(
                Shop.job(jenkins, service + "-" + image.replace('.', '-'), """
                def r = monoRelease(train: 'shop', service: '%s', image: '%s'%s) {
                    echo "tests $RELEASE_CHANGED in $RELEASE_ENVIRONMENT"
                    %s
                    if (env.RELEASE_CHANGED.split(' ').contains('mail')) { error 'mail answers 500' }
                }
                echo "${r.outcome} as ${r.release}"
                """.formatted(service, image, more, body)));
        jenkins.waitForMessage("Queued for train 'shop'", build);
        return build;
    }

    WorkflowRun ride(String service, String image, String body) throws Exception {
        return ride(service, image, "", body);
    }

    WorkflowRun ended(Result result, WorkflowRun build) throws Exception {
        return jenkins.assertBuildStatus(result, jenkins.waitForCompletion(build));
    }
}
