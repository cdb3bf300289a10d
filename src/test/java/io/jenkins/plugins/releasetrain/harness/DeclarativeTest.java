package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.pipelinegraphview.utils.PipelineGraphApi;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** The steps in declarative pipelines, and their builds in the graph view. */
class DeclarativeTest extends ShopTest {
    @Test
    void aDeclarativePipelineReleasesAndItsGraphIsDrawn() throws Exception {
        String cart = shop.build("cart", "1.1");
        String mail = shop.build("mail", "1.1");
        WorkflowRun build = jenkins.buildAndAssertSuccess(Shop.job(jenkins, "declarative", """
            pipeline {
                agent none
                stages {
                    stage('Both') {
                        parallel {
                            stage('Train') {
                                steps {
                                    monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                                        echo "tests of $RELEASE_CHANGED"
                                    }
                                }
                            }
                            stage('Lane') {
                                steps {
                                    microRelease(environment: 'cd', candidates: [mail: '1.1']) {
                                        echo "tests of $RELEASE_SERVICE"
                                    }
                                }
                            }
                        }
                    }
                    stage('Plain') {
                        steps { promoteImage(from: 'dev', to: 'production', images: ['shop/cart:1.1']) }
                    }
                }
                post { success { echo 'all is out' } }
            }
            """));
        jenkins.assertLogContains("all is out", build);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("mail")).isEqualTo(mail);

        assertThat(new PipelineGraphApi(build).createTree().complete).isTrue();
    }

    @Test
    void aRejectionFailsItsStageAndPostConditionsSeeIt() throws Exception {
        shop.build("mail", "1.1");
        WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "rejected", """
            pipeline {
                agent none
                options { retry(2) }
                stages {
                    stage('Release') {
                        steps {
                            monoRelease(train: 'shop', service: 'mail', image: '1.1') {
                                script { if (env.RELEASE_CHANGED) { error 'mail answers 500' } }
                            }
                        }
                    }
                    stage('After') { steps { echo 'never' } }
                }
                post { failure { echo 'told whom it concerns' } }
            }
            """));
        jenkins.assertLogContains("was rejected from 'shop'", build);
        jenkins.assertLogContains("told whom it concerns", build);
        jenkins.assertLogNotContains("Retrying", build);
        jenkins.assertLogNotContains("never", build);
        assertThat(shop.production.tags("prod/mail")).doesNotContainKey("1.1");
    }
}
