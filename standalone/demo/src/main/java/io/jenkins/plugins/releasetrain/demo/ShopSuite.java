package io.jenkins.plugins.releasetrain.demo;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The shop's system tests. They know nothing of releases: they look at what the cluster runs in a namespace, and at what
 * those images are like.
 */
final class ShopSuite {
    private final KubernetesClient kubernetes;
    private final ShopImages images;
    private final Catalog catalog;
    private final AtomicInteger runs = new AtomicInteger();
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

    /**
     * What a run of the suite says.
     *
     * @param run counts them
     * @param tests how many there were
     * @param failures as sentences; empty when all is well
     */
    record Tested(int run, int tests, List<String> failures) {
        Verdict verdict() {
            return failures.isEmpty() ? Verdict.PASSED : Verdict.FAILED;
        }

        String reason() {
            return String.join("; ", failures);
        }

        /** As a build of a job would record it. */
        Optional<TestReport> report() {
            List<FailedTest> failed = failures.stream()
                    .map(f -> new FailedTest("shop: " + f.split(" answers |, |: ")[0], ""))
                    .toList();
            TestReport.Counted counted =
                    new TestReport.Counted(Math.max(0, tests - failed.size()), failed.size(), 0, failed);
            return Optional.of(TestReport.of("system-tests#" + run, "", "").with(counted, ""));
        }
    }

    /** Tests all services. */
    Tested testAll(String namespace, Results results) {
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
    Tested test(Subject subject, Results results) {
        return new Tested(runs.incrementAndGet(), subject.services().size(), failures(subject, results));
    }

    private List<String> failures(Subject subject, Results results) {
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
        new ShopWorkloads(kubernetes, namespace)
                .serving()
                .forEach((name, image) -> images.labels(image).ifPresent(labels -> running.put(name, labels)));
        return running;
    }
}
