package io.jenkins.plugins.releasetrain.host;

import hudson.Util;
import hudson.util.FormValidation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogDraft;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.cluster.NamespaceAccess;
import io.jenkins.plugins.releasetrain.engine.cluster.NamespaceObjects;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.Schema;
import io.jenkins.plugins.releasetrain.engine.store.SqlFailures;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreCopy;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The test buttons of the configuration page; callers have checked that the user may configure.
 *
 * @param catalogsIn those of an environment's trains and lanes, as they are configured
 * @param patience how long somebody waits, and a thread of the web server with him, whatever does not answer
 */
record ConnectionTests(Wiring.Surroundings around, Function<String, List<Catalog>> catalogsIn, Patience patience) {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final RegistrySettings.Limits ONE_TRY = RegistrySettings.Limits.DEFAULT.forOneTry(SOON);

    private static final String ASKED = "the test of a connection";
    /** Of {@link ReleaseService#TESTS}, so that somebody else may test one meanwhile. */
    private static final int AT_ONCE = ReleaseService.TESTS - 2;

    private static final Set<Workload.Kind> USUAL =
            Set.of(Workload.Kind.DEPLOYMENT, Workload.Kind.STATEFUL_SET, Workload.Kind.DAEMON_SET);

    /** Said in the thread of whoever asks, whose language it is; so are errors that nobody expects. */
    FormValidation soon(Supplier<Supplier<FormValidation>> test) {
        return said(patience.ask(ASKED, question(test)));
    }

    /** Several at a time, so that some that do not answer keep nobody for minutes. */
    List<FormValidation> soon(List<Supplier<Supplier<FormValidation>>> tests) {
        return patience.ask(ASKED, tests.stream().map(ConnectionTests::question).toList(), AT_ONCE).stream()
                .map(ConnectionTests::said)
                .toList();
    }

    private static FormValidation said(Optional<Supplier<FormValidation>> answer) {
        return answer.orElseGet(() -> () -> FormValidation.error(Labels.of("connection.slow")))
                .get();
    }

    private static Callable<Supplier<FormValidation>> question(Supplier<Supplier<FormValidation>> test) {
        return () -> {
            try {
                return test.get();
            } catch (EngineException e) {
                return () -> FormValidation.error(Labels.said(e.getMessage()));
            } catch (RuntimeException e) {
                return () -> {
                    throw e;
                };
            }
        };
    }

    /** @param repository to ask for besides; empty for none */
    FormValidation registry(RegistryConfiguration registry, String repository) {
        return soon(() -> answers(registry, repository));
    }

    List<FormValidation> registries(List<RegistryConfiguration> registries) {
        return soon(registries.stream()
                .<Supplier<Supplier<FormValidation>>>map(r -> () -> answers(r, ""))
                .toList());
    }

    List<FormValidation> environments(List<EnvironmentConfiguration> environments) {
        return soon(environments.stream()
                .<Supplier<Supplier<FormValidation>>>map(e -> () -> answers(e))
                .toList());
    }

    private Supplier<FormValidation> answers(RegistryConfiguration registry, String repository) {
        Registry.Access access = around.registries()
                .connect(registry, Optional.empty(), ONE_TRY)
                .access(repository.isEmpty() ? "" : ImageReference.checkRepository(repository));
        return access.answer() == Registry.Access.Answer.REFUSED_OR_ABSENT
                ? () -> FormValidation.warning(Labels.said(access.text()))
                : () -> FormValidation.ok(Labels.said(access.text()));
    }

    FormValidation environment(EnvironmentConfiguration environment) {
        return soon(() -> answers(environment));
    }

    private Supplier<FormValidation> answers(EnvironmentConfiguration environment) {
        try (KubernetesClient client = around.kubernetes().connect(environment)) {
            int deployments = client.apps()
                    .deployments()
                    .inNamespace(environment.getNamespace())
                    .list()
                    .getItems()
                    .size();
            KubernetesNamespace namespace = new KubernetesNamespace(client, environment.getNamespace());
            Set<Workload.Kind> kinds = kinds(environment.getName());
            List<String> missing = NamespaceAccess.missing(namespace, environment.getIsolation(), kinds);
            if (!missing.isEmpty()) {
                return () -> FormValidation.error(Labels.said("The cluster answers, but its account may not "
                        + String.join(", ", missing) + " in namespace '" + environment.getNamespace() + "'"));
            }
            List<String> unwatched = NamespaceAccess.unwatched(namespace, kinds);
            if (!unwatched.isEmpty()) {
                return () -> FormValidation.warning(
                        Labels.said("The cluster answers, but its account may not " + String.join(", ", unwatched)
                                + " in namespace '" + environment.getNamespace()
                                + "', so this is read again and again instead"));
            }
            return () -> FormValidation.ok(
                    Labels.said("The cluster answers; the namespace holds " + deployments + " Deployments"));
        } catch (KubernetesClientException e) {
            return () ->
                    FormValidation.error(Labels.said("The cluster's API refused to list the Deployments of namespace '"
                            + environment.getNamespace() + "': " + e.getMessage()));
        }
    }

    /** What a namespace holds as a catalog's YAML. */
    FormValidation draft(EnvironmentConfiguration environment) {
        return soon(() -> {
            try (KubernetesClient client = around.kubernetes().connect(environment)) {
                String draft =
                        CatalogDraft.of(new NamespaceObjects(client, environment.getNamespace()).list(), List.of());
                return () -> FormValidation.okWithMarkup("<pre>" + Util.xmlEscape(draft) + "</pre>");
            }
        });
    }

    /** Of the workloads that are installed there, as far as the saved configuration says it; the usual ones where it does not. */
    private Set<Workload.Kind> kinds(String environment) {
        Set<Workload.Kind> kinds = new TreeSet<>();
        try {
            catalogsIn.apply(environment).stream()
                    .flatMap(catalog -> catalog.services().values().stream())
                    .flatMap(service -> service.workloads().stream())
                    .forEach(workload -> kinds.add(workload.kind()));
        } catch (EngineException e) {
            // A catalog that cannot be read is told where it is configured.
            kinds.clear();
        }
        return kinds.isEmpty() ? USUAL : kinds;
    }

    /**
     * Has a saved catalog's file read in the background.
     *
     * @return what came of it, or that it takes longer
     * @throws EngineException NOT_FOUND no such catalog is in SCM; CONFLICT it cannot be taken, and stays as it is
     */
    String read(String catalog) {
        try {
            Catalogs.Status status = around.catalogs().read(catalog).get(SOON.toSeconds(), TimeUnit.SECONDS);
            if (!status.problem().isEmpty()) {
                throw new EngineException(FailureKind.CONFLICT, status.problem());
            }
            return status.text();
        } catch (TimeoutException e) {
            return "It is being read; look again to see what came of it";
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "Interrupted; it is being read";
        }
    }

    /** What the file holds stays as it is. */
    FormValidation copyFileTo(StoreConfiguration store, Path directory) {
        try {
            StoreSettings database = settings(store);
            return FormValidation.ok(Labels.said("Copied; rows there and here: "
                    + StoreCopy.text(StoreCopy.copy(StoreSettings.h2(directory), database))));
        } catch (EngineException e) {
            return failed(e);
        }
    }

    /** Changes nothing: tables are made and upgraded when the configuration is saved and the store is used. */
    FormValidation store(StoreConfiguration store) {
        return soon(() -> {
            try {
                Schema schema = SqlStore.inspect(settings(store));
                return () -> schema.newer()
                        ? FormValidation.error(Labels.said(schema.text()))
                        : FormValidation.ok(Labels.said(schema.text()));
            } catch (EngineException e) {
                return () -> failed(e);
            }
        });
    }

    /** With the driver's own words, which are for administrators. */
    private static FormValidation failed(EngineException e) {
        return FormValidation.error(
                Labels.said(e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + SqlFailures.detail(e)));
    }

    /** Of a database, which needs no directory. */
    private StoreSettings settings(StoreConfiguration store) {
        return StoreKey.of(Optional.of(store), Path.of(""), around.registries().credentials())
                .settings();
    }
}
