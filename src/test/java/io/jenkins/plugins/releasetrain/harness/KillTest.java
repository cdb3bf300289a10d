package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** kill -9 of a controller in a process of its own. */
class KillTest {
    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension();

    @Test
    void I8_aTrainGoesOnAfterKill9WhileItsConductorTests() throws Throwable {
        try (Shop shop = new Shop()) {
            String cart = shop.build("cart", "1.1");
            Shop.Places places = shop.places();
            jenkins.startJenkins();
            jenkins.runRemotely(new Begin(places));

            jenkins.stopJenkinsForcibly();
            jenkins.startJenkins();

            jenkins.runRemotely(new End());
            assertThat(shop.inProduction("cart")).isEqualTo(cart);
        }
    }

    private record Begin(Shop.Places places) implements RealJenkinsExtension.Step {
        @Override
        public void run(JenkinsRule r) throws Throwable {
            begin(r, places);
        }
    }

    private record End() implements RealJenkinsExtension.Step {
        @Override
        public void run(JenkinsRule r) throws Throwable {
            end(r);
        }
    }

    private static void begin(JenkinsRule r, Shop.Places places) throws Throwable {
        Shop.configure(places);
        WorkflowJob job = r.createProject(WorkflowJob.class, "cart");
        job.setDefinition(new CpsFlowDefinition("""
                def r = monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'testing'; sleep 20 }
                echo "in ${r.release}"
                """, true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        r.waitForMessage("Sleeping for", build);
    }

    private static void end(JenkinsRule r) throws Throwable {
        WorkflowRun build =
                r.jenkins.getItemByFullName("cart", WorkflowJob.class).getBuildByNumber(1);
        r.assertBuildStatusSuccess(r.waitForCompletion(build));
        r.assertLogContains("in shop-1", build);
    }
}
