package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Asked;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Caller;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Contracts from a workspace to the registry, and what becomes of whoever breaks one. */
@WithJenkins
class ContractsTest {
    /** A build that publishes a schema with these fields, and rides. */
    private static String build(Shop shop, String version, String fields) {
        return """
            node {
                writeFile file: 'schemas/order.avsc', text: '{"type": "record", "name": "Order", "fields": [%s]}'
                trackImage service: 'cart', image: '%s/shop/cart:%s', contracts: [avro: 'schemas/']
            }
            monoRelease(train: 'shop', service: 'cart', image: '%s') { echo 'tested' }
            """.formatted(fields, shop.dev.host(), version, version);
    }

    private static final String ID = "{\"name\": \"id\", \"type\": \"long\"}";
    private static final String TOTAL = "{\"name\": \"total\", \"type\": \"long\"}";
    private static final String TOTAL_AS_TEXT = "{\"name\": \"total\", \"type\": \"string\"}";

    private static void configure(Shop shop) throws Exception {
        shop.configure();
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        CatalogConfiguration old = configuration.getCatalogs().get(0);
        CatalogConfiguration catalog =
                new CatalogConfiguration(old.getName(), old.getDevRegistry(), old.getProductionRegistry());
        catalog.setYaml(Shop.CATALOG.replace("dependsOn: [pay]", "dependsOn: [pay]\n    contracts: block"));
        configuration.setCatalogs(List.of(catalog));
    }

    private static List<Event> told(String service) {
        return ReleaseService.get().store().events("contract/" + service, 0, 100).stream()
                .map(RecordedEvent::event)
                .toList();
    }

    @Test
    void whoBreaksWhatProductionPromisesDoesNotDepartUntilSomebodyWaivesIt(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop()) {
            for (String version : List.of("1.1", "1.2", "1.3")) {
                shop.build("cart", version);
            }
            configure(shop);
            jenkins.buildAndAssertSuccess(Shop.job(jenkins, "first", build(shop, "1.1", ID + ", " + TOTAL)));
            assertThat(told("cart")).anyMatch(Event.ContractPublished.class::isInstance);

            WorkflowRun broken = jenkins.buildAndAssertStatus(
                    Result.FAILURE, Shop.job(jenkins, "second", build(shop, "1.2", ID + ", " + TOTAL_AS_TEXT)));
            jenkins.assertLogContains("breaks its contract with what production runs", broken);
            jenkins.assertLogContains("order.avsc", broken);
            jenkins.assertLogNotContains("tested", broken);

            String change = ReleaseService.get().store().streams("train/").stream()
                    .flatMap(s -> ReleaseService.get().store().events(s, 0, 1_000).stream())
                    .map(RecordedEvent::event)
                    .filter(e -> e instanceof Event.ChangeEnded ended && ended.outcome() == Event.Outcome.INCOMPATIBLE)
                    .map(e -> ((Event.ChangeEnded) e).change())
                    .findFirst()
                    .orElseThrow();
            ReleaseService.get()
                    .operations()
                    .perform(() -> new Asked("WAIVE", change, "", "nobody reads it"), new Caller("ada", right -> true));
            jenkins.buildAndAssertSuccess(
                    jenkins.jenkins.getItemByFullName("second", org.jenkinsci.plugins.workflow.job.WorkflowJob.class));
            assertThat(told("cart")).anyMatch(Event.ContractWaived.class::isInstance);
        }
    }

    @Test
    void toolsOnTheAgentFindBothContractsAndTheirEndIsAVerdict(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop()) {
            shop.build("cart", "1.1");
            shop.build("cart", "1.2");
            configure(shop);
            jenkins.buildAndAssertSuccess(Shop.job(jenkins, "first", build(shop, "1.1", ID)));
            String gate = """
                node {
                    writeFile file: 'order.avsc', text: '{"type": "record", "name": "Order", "fields": [%s]}'
                    trackImage service: 'cart', image: '%s/shop/cart:1.2', contracts: [avro: 'order.avsc']
                    contractGate(service: 'cart', image: '1.2') {
                        echo 'before ' + readFile(env.CONTRACT_BEFORE + '/avro/order.avsc')
                        echo 'after ' + readFile(env.CONTRACT_AFTER + '/avro/order.avsc')
                        %s
                    }
                }
                monoRelease(train: 'shop', service: 'cart', image: '1.2') { echo 'tested' }
                """;
            WorkflowRun refused = jenkins.buildAndAssertStatus(
                    Result.FAILURE,
                    Shop.job(jenkins, "gate", gate.formatted(ID, shop.dev.host(), "error 'the tool says no'")));
            jenkins.assertLogContains("before {\"type\": \"record\"", refused);
            jenkins.assertLogContains("after {\"type\": \"record\"", refused);
            jenkins.assertLogContains("the tool says no", refused);

            WorkflowRun rides = jenkins.buildAndAssertStatus(
                    Result.FAILURE,
                    Shop.job(
                            jenkins,
                            "rides",
                            "monoRelease(train: 'shop', service: 'cart', image: '1.2') { echo 'tested' }"));
            jenkins.assertLogContains("the checks of gate#1 failed", rides);

            Shop.job(jenkins, "other", gate.formatted(ID, shop.dev.host(), "echo 'fine'"));
            WorkflowRun other = jenkins.buildAndAssertStatus(
                    Result.FAILURE,
                    jenkins.jenkins.getItemByFullName("other", org.jenkinsci.plugins.workflow.job.WorkflowJob.class));
            jenkins.assertLogContains("the checks of gate#1 failed", other);
        }
    }

    @Test
    void saysWhatIsWrongWithWhatIsPublished(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop()) {
            shop.build("cart", "1.1");
            shop.configure();
            String image = shop.dev.host() + "/shop/cart:1.1";
            jenkins.assertLogContains(
                    "there is no kind 'swagger'",
                    fails(
                            jenkins,
                            "a",
                            "node { trackImage service: 'cart', image: '" + image
                                    + "', contracts: [swagger: 'api.yaml'] }"));
            jenkins.assertLogContains(
                    "there is no file or folder 'api.yaml'",
                    fails(
                            jenkins,
                            "b",
                            "node { trackImage service: 'cart', image: '" + image
                                    + "', contracts: [openapi: 'api.yaml'] }"));
            jenkins.assertLogContains(
                    "put trackImage into node",
                    fails(
                            jenkins,
                            "c",
                            "trackImage service: 'cart', image: '" + image + "', contracts: [openapi: 'api.yaml']"));
            jenkins.assertLogContains(
                    "there is no service 'unknown'",
                    fails(jenkins, "d", "node { contractGate(service: 'unknown', image: '1') { echo 'x' } }"));
        }
    }

    private static WorkflowRun fails(JenkinsRule jenkins, String job, String script) throws Exception {
        return jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, job, script));
    }
}
