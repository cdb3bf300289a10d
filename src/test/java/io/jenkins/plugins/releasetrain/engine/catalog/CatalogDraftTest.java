package io.jenkins.plugins.releasetrain.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogDraftTest {
    private static String deployment(String name, String podSpec) {
        return """
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: NAME}
            spec:
              selector: {matchLabels: {app: NAME}}
              template:
                metadata: {labels: {app: NAME}}
                spec: SPEC
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: NAME}
            spec: {selector: {app: NAME}, ports: [{port: 80}]}
            """.replace("NAME", name).replace("SPEC", podSpec);
    }

    private static String draft(String yaml, String... own) {
        return CatalogDraft.of(KubernetesObjects.parse(yaml, "the test's text"), List.of(own));
    }

    private static Catalog catalog(String yaml, String... own) {
        return new CatalogReader().read(draft(yaml, own));
    }

    @Test
    void shopOfOneRegistryNeedsNamesAlone() {
        String yaml = deployment("cart", "{containers: [{name: main, image: 'r.example/shop/cart:1'}]}")
                + deployment("pay", "{containers: [{name: main, image: 'r.example/shop/pay:1'}]}")
                + deployment("redis", "{containers: [{name: redis, image: 'redis:alpine'}]}");
        assertThat(draft(yaml))
                .contains(
                        "dev: \"shop/{service}\"",
                        "\n  cart:\n  pay:\n",
                        "#   Deployment/redis, container redis: redis:alpine");
        assertThat(catalog(yaml).services().keySet()).containsExactly("cart", "pay");
    }

    @Test
    void whoCallsWhomIsReadFromSettings() {
        String yaml = deployment("web", """
            {containers: [{name: main, image: 'r.example/shop/web:1', env: [
              {name: CART, value: 'http://cart.shop.svc.cluster.local/api'}, {name: PAY_ADDR, value: 'pay:8080'},
              {name: NOTE, value: 'the mail that we send'}],
              envFrom: [{configMapRef: {name: settings}}]}]}\
            """)
                + deployment(
                        "cart",
                        "{containers: [{name: main, image: 'r.example/shop/cart:1', args:"
                                + " ['--db=Host=stock;User=x']}]}")
                + deployment("pay", "{containers: [{name: main, image: 'r.example/shop/pay:1'}]}")
                + deployment("mail", "{containers: [{name: main, image: 'r.example/shop/mail:1'}]}")
                + deployment(
                        "stock",
                        "{containers: [{name: main, image: 'r.example/shop/stock:1', env: [{name: WEB_HOST, value:"
                                + " web}]}]}")
                + """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data: {stock.url: 'grpc://stock:50051', web.url: 'http://web/'}
                """;
        assertThat(draft(yaml))
                .contains(
                        "  web:\n    dependsOn: [cart, pay, stock]\n",
                        "  cart:\n    dependsOn: [stock]\n",
                        "  mail:\n  pay:\n")
                .contains("  stock:\n    dependsOn: [web]\n");
    }

    @Test
    void repositoryWithTheServiceInItsTagIsManyServices() {
        String yaml = deployment("cart", "{containers: [{name: main, image: 'ghcr.io/acme/demo:2.0-cart'}]}")
                + deployment("pay", "{containers: [{name: main, image: 'ghcr.io/acme/demo:2.0-pay'}]}");
        Catalog catalog = catalog(yaml);
        assertThat(catalog.services().keySet()).containsExactly("cart", "pay");
        assertThat(catalog.service("cart").productionTag()).isEqualTo("production-cart");
        assertThat(catalog.service("cart").productionRepository()).isEqualTo("acme/demo");
    }

    @Test
    void whereAnImageIsThereTwiceEveryPlaceIsTold() {
        String yaml = deployment(
                        "cart",
                        "{initContainers: [{name: migrate, image: 'r.example/shop/cart:1'}], containers: [{name: app,"
                                + " image: 'r.example/shop/cart:1'}, {name: proxy, image: 'envoy:1'}]}")
                + deployment("cart-worker", "{containers: [{name: main, image: 'r.example/shop/cart:1'}]}")
                + """
                ---
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: cart-report}
                spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: main, image: 'r.example/shop/cart:1'}]}}}}}
                """;
        assertThat(draft(yaml))
                .contains("  cart:\n")
                .contains("Deployment/cart, init container migrate")
                .contains("workloads: [Deployment/cart/app, Deployment/cart-worker, CronJob/cart-report]")
                .doesNotContain("cart-report:\n");
        assertThat(catalog(yaml).service("cart").workloads()).hasSize(3);
    }

    @Test
    void whatRunsInAnotherOnesPodBeforeItIsNamed() {
        String yaml = deployment("cart", "{containers: [{name: main, image: 'r.example/shop/cart:1'}]}")
                + deployment(
                        "pay",
                        "{initContainers: [{name: seed, image: 'r.example/shop/cart:1'}], containers: [{name: main,"
                                + " image: 'r.example/shop/pay:1'}]}");
        assertThat(draft(yaml))
                .contains("  cart:\n    workloads: [Deployment/cart, Deployment/pay/seed]\n", "  pay:\n");
        assertThat(catalog(yaml).services()).hasSize(2);
    }

    @Test
    void whatHelmRunsBetweenTwoReleasesIsNotWaitedFor() {
        String yaml = deployment("cart", "{containers: [{name: main, image: 'r.example/shop/cart:1'}]}") + """
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: cart-migrate, annotations: {helm.sh/hook: pre-upgrade}}
            spec: {template: {spec: {containers: [{name: main, image: 'r.example/shop/cart:1'}]}}}
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: cart-seed}
            spec: {ttlSecondsAfterFinished: 60, template: {spec: {containers: [{name: main, image: 'r.example/shop/cart:1'}]}}}
            """;
        assertThat(draft(yaml))
                .contains("for a while only: Job/cart-migrate, container main", "for a while only: Job/cart-seed");
        assertThat(catalog(yaml).service("cart").workloads()).hasSize(1);
    }

    @Test
    void aKindThatACatalogHasToDescribeIsDescribed() {
        String yaml = deployment("cart", "{containers: [{name: main, image: 'r.example/shop/cart:1'}]}") + """
            ---
            apiVersion: apps.kruise.io/v1alpha1
            kind: CloneSet
            metadata: {name: pay}
            spec: {template: {spec: {containers: [{name: main, image: 'r.example/shop/pay:1'}]}}}
            """;
        assertThat(draft(yaml)).contains("  CloneSet: {apiVersion: apps.kruise.io/v1alpha1}\n");
        assertThat(catalog(yaml).service("pay").workload().kind().apiVersion()).isEqualTo("apps.kruise.io/v1alpha1");
    }

    @Test
    void othersOwnImagesAreTakenWhenToldSo() {
        String yaml = deployment("cart", "{containers: [{name: main, image: 'r.example/shop/cart:1'}]}")
                + deployment("pay", "{containers: [{name: main, image: 'quay.io/money/pay:1'}]}");
        assertThat(catalog(yaml, "quay.io/money").services().keySet()).containsExactly("pay");
        assertThat(catalog(yaml, "quay.io/money", "r.example").services().keySet())
                .containsExactly("cart", "pay");
    }

    @Test
    void listsAreTakenApartAndNamesMadeFit() {
        String yaml = """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: apps/v1
              kind: StatefulSet
              metadata: {name: my.cart}
              spec: {template: {spec: {containers: [{name: main, image: 'localhost:5001/cart@sha256:0000000000000000000000000000000000000000000000000000000000000000'}]}}}
            - apiVersion: apps/v1
              kind: ReplicaSet
              metadata: {name: cart-1, ownerReferences: [{kind: Deployment, name: cart}]}
              spec: {template: {spec: {containers: [{name: main, image: 'localhost:5001/cart:1'}]}}}
            """;
        Catalog catalog = catalog(yaml);
        assertThat(catalog.services().keySet()).containsExactly("my-cart");
        assertThat(draft(yaml)).contains("workload: StatefulSet/my.cart");
    }

    @Test
    void nothingOfOnesOwnIsSaid() {
        assertThat(draft("")).contains("say which are", "services: {}");
        assertThat(draft(deployment("db", "{containers: [{name: main, image: 'mongo'}]}")))
                .contains("services: {}");
    }

    @Test
    void whatIsNoYamlNamesItsPlace() {
        assertThatThrownBy(() -> KubernetesObjects.parse("kind: [", "shop.yaml"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("shop.yaml is not YAML")
                .hasMessageContaining("line 1");
        String bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "b: &b [" + "*a,".repeat(300) + "]\n";
        assertThatThrownBy(() -> KubernetesObjects.parse(bomb, "bomb.yaml")).isInstanceOf(EngineException.class);
    }
}
