package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.htmlunit.html.HtmlForm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** What is configured is there after a restart, by code and by the form, with every field that there is. */
class ConfigurationRestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    private String saved;

    private static String export() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ConfigurationAsCode.get().export(out);
        String all = out.toString(StandardCharsets.UTF_8);
        return all.substring(all.indexOf("\nreleaseTrain:"));
    }

    @Test
    void aConfigurationWithEveryFieldSurvivesRestartsAndIsSavedByTheFormAsItWas() throws Throwable {
        session.then(jenkins -> {
            byte[] yaml =
                    Files.readAllBytes(Path.of("src/test/resources/io/jenkins/plugins/releasetrain/harness/casc.yaml"));
            ConfigurationAsCode.get().configureWith(YamlSource.of(new ByteArrayInputStream(yaml)));
            saved = export();
            assertThat(saved).contains("privateJobs: true", "largestBatch: 16");
        });
        session.then(jenkins -> {
            assertThat(export()).isEqualTo(saved);
            HtmlForm form =
                    jenkins.createWebClient().goTo("manage/release-train/all").getFormByName("config");
            jenkins.submit(form);
        });
        session.then(ConfigurationRestartTest::isStillUsable);
    }

    private static void isStillUsable(JenkinsRule jenkins) {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        assertThat(configuration.getProblems()).isEmpty();
        assertThat(configuration.settings().train("shop").getLargestBatch()).isEqualTo(16);
        assertThat(configuration.settings().webhooks()).hasSize(1);
    }
}
