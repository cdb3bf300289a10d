package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The examples of the documentation, as a user would paste them. */
@WithJenkins
class DocsTest {
    private static List<String> blocks(String page, String language) throws Exception {
        Matcher matcher = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("docs", page)));
        List<String> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        assertThat(blocks).as("examples of " + page).isNotEmpty();
        return blocks;
    }

    @Test
    void everyExampleOfTheStepsRuns(JenkinsRule jenkins) throws Exception {
        for (String page : List.of(
                "promoteImage", "monoRelease", "microRelease", "trackImage", "cdEnvironment", "releaseManifest")) {
            int number = 0;
            for (String example : blocks("steps/" + page + ".md", "groovy")) {
                number++;
                if (example.contains("docker.")) {
                    // Needs a Docker daemon, and the plugin that has this variable.
                    continue;
                }
                try (Shop shop = new Shop()) {
                    shop.build("cart", "1.4.2");
                    shop.build("pay", "2.0.0");
                    shop.configure();
                    WorkflowJob job = Shop.job(jenkins, page + number, example);
                    if (example.contains("yourInstaller")) {
                        // It has to be filled in, which is seen at once and judges nobody.
                        jenkins.assertLogContains(
                                "No such DSL method 'yourInstaller'",
                                jenkins.buildAndAssertStatus(Result.FAILURE, job));
                    } else {
                        jenkins.buildAndAssertSuccess(job);
                    }
                }
            }
        }
    }

    @Test
    void theConfigurationAsCodeIsAccepted(JenkinsRule jenkins) throws Exception {
        String yaml = blocks("admin.md", "yaml").get(0);

        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));

        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        assertThat(configuration.train("shop").getEnvironment()).isEqualTo("staging");
        assertThat(configuration.environment("cd").getCatalog()).isEqualTo("shop");
    }
}
