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
    /** What each build finds in its workspace, as a checkout of the service would bring it. */
    private static final String WORKSPACE = """
        writeFile file: 'api.yaml', text: '{"openapi": "3.0.0", "info": {"title": "cart", "version": "1"}, "paths": {}}'
        writeFile file: 'clients/pay.yaml', text: readFile('api.yaml')
        writeFile file: 'order.schema.json', text: '{"type": "object"}'
        writeFile file: 'schemas/order.avsc', text: '{"type": "record", "name": "Order", "fields": []}'
        """;

    /** In the place of a tool that agents have. */
    private static final String BUF = """
        writeFile file: 'bin/buf', text: '#!/bin/sh\\nexit 0\\n'
        sh 'chmod +x bin/buf'
        """;

    private static List<String> blocks(String page, String language) throws Exception {
        Matcher matcher = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of(page)));
        List<String> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        assertThat(blocks).as("examples of " + page).isNotEmpty();
        return blocks;
    }

    /** All of them in one controller, since its start is what takes time. */
    @Test
    void everyExampleRuns(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop()) {
            for (String image : List.of("cart:1.4.2", "cart:1.4.3", "pay:2.0.0")) {
                shop.build(image.split(":")[0], image.split(":")[1]);
            }
            shop.configure();
            for (String page : List.of(
                    "README.md",
                    "docs/contracts.md",
                    "docs/steps/trackImage.md",
                    "docs/steps/contractGate.md",
                    "docs/steps/monoRelease.md",
                    "docs/steps/microRelease.md",
                    "docs/steps/cdEnvironment.md",
                    "docs/steps/promoteImage.md",
                    "docs/steps/releaseManifest.md",
                    "docs/steps/releaseInfo.md",
                    "docs/steps/releaseAction.md")) {
                List<String> examples = blocks(page, "groovy");
                for (int i = 0; i < examples.size(); i++) {
                    run(jenkins, shop, page.replaceAll(".*/", "") + "-" + (i + 1), examples.get(i));
                }
            }
        }
    }

    private static void run(JenkinsRule jenkins, Shop shop, String name, String example) throws Exception {
        if (example.contains("docker.")) {
            // Needs a Docker daemon, and the plugin that has this variable.
            return;
        }
        String script = example.replace("dev.example", shop.dev.host());
        if (example.contains("contracts:")) {
            // The protobuf compiler's output is of no text.
            script = "node {\n" + WORKSPACE + script.replace("protobuf: 'gen/api.binpb', ", "") + "}";
        }
        if (example.contains("sh 'buf ")) {
            script = "node {\n" + BUF + "withEnv([\"PATH+BUF=${pwd()}/bin\"]) {\n" + script + "}\n}";
        }
        if (example.contains("yourInstaller")) {
            // A new image, as what passed is not tested again.
            shop.build("cart", "1.5.0");
            script = script.replace("1.4.2", "1.5.0");
        }
        WorkflowJob job = Shop.job(jenkins, name, script);
        if (example.contains("yourInstaller")) {
            // It has to be filled in, which is seen at once and judges nobody.
            jenkins.assertLogContains(
                    "No such DSL method 'yourInstaller'", jenkins.buildAndAssertStatus(Result.FAILURE, job));
        } else {
            jenkins.buildAndAssertSuccess(job);
        }
    }

    @Test
    void theConfigurationAsCodeIsAccepted(JenkinsRule jenkins) throws Exception {
        String yaml = blocks("docs/admin.md", "yaml").get(0);

        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));

        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        assertThat(configuration.train("shop").getEnvironment()).isEqualTo("staging");
        assertThat(configuration.environment("cd").getCatalog()).isEqualTo("shop");
    }
}
