package io.jenkins.plugins.releasetrain.demo;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The shop's system tests. They know nothing of releases: they look at what the cluster runs in a namespace, and at what
 * those images are like.
 */
final class ShopSuite {
    private final KubernetesClient kubernetes;
    private final ShopImages images;
    private final Catalog catalog;
    private volatile Predicate<String> works = namespace -> true;

    ShopSuite(KubernetesClient kubernetes, ShopImages images, Catalog catalog) {
        this.kubernetes = kubernetes;
        this.images = images;
        this.catalog = catalog;
    }

    /** Told after every test how many passed and failed so far. */
    interface Results {
        void are(int passed, int failed);
    }

    /** @param namespaces whether what services need besides each other is there, by namespace */
    void where(Predicate<String> namespaces) {
        works = namespaces;
    }

    /** Tests all services. @return what failed; empty when all is well */
    List<String> testAll(String namespace, Results results) {
        return test(new Subject(namespace, catalog.services().keySet(), Map.of()), results);
    }

    /**
     * What is to be tested.
     *
     * @param hosts of services that are not reached by their own name
     */
    record Subject(String namespace, Collection<String> services, Map<String, String> hosts) {
        /** In this shop each Service leads to the workload of its name. */
        String workload(String service) {
            return hosts.getOrDefault(service, service).split("\\.")[0];
        }
    }

    /** Tests some services together with those that they call. */
    List<String> test(Subject subject, Results results) {
        Map<String, Map<String, String>> running = running(subject.namespace());
        List<String> failures = new ArrayList<>();
        int bad = 0;
        int done = 0;
        for (String service : subject.services()) {
            if (!works.test(subject.namespace())) {
                return List.of("GET " + service + " answers 503: the database does not answer");
            }
            int before = failures.size();
            Map<String, String> labels = running.get(subject.workload(service));
            if (labels == null) {
                failures.add(service + " is not installed");
            } else {
                check(service, labels, running, failures);
            }
            done++;
            bad += failures.size() > before ? 1 : 0;
            results.are(done - bad, bad);
        }
        return failures;
    }

    private static void check(
            String service,
            Map<String, String> labels,
            Map<String, Map<String, String>> running,
            List<String> failures) {
        String answer = labels.getOrDefault(ShopImages.ANSWERS, "nothing");
        if (!"200".equals(answer)) {
            failures.add("GET " + service + " answers " + answer);
        }
        for (String need : labels.getOrDefault(ShopImages.NEEDS, "").split(" ")) {
            if (!need.isEmpty()) {
                String other = need.substring(0, need.indexOf('='));
                int wanted = Integer.parseInt(need.substring(need.indexOf('=') + 1));
                int offered =
                        Integer.parseInt(running.getOrDefault(other, Map.of()).getOrDefault(ShopImages.OFFERS, "0"));
                if (offered < wanted) {
                    failures.add(service + " needs level " + wanted + " of " + other + ", which offers " + offered);
                }
            }
        }
    }

    private Map<String, Map<String, String>> running(String namespace) {
        Map<String, Map<String, String>> running = new HashMap<>();
        for (Deployment deployment :
                kubernetes.apps().deployments().inNamespace(namespace).list().getItems()) {
            String image = deployment
                    .getSpec()
                    .getTemplate()
                    .getSpec()
                    .getContainers()
                    .get(0)
                    .getImage();
            images.labels(ImageReference.parse(image))
                    .ifPresent(labels -> running.put(deployment.getMetadata().getName(), labels));
        }
        return running;
    }
}
