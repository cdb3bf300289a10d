package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.common.IdCredentials;
import hudson.ExtensionPoint;
import hudson.model.ItemGroup;
import hudson.security.Permission;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the configuration asks of whatever runs by it. It knows nothing else of it. */
public interface ConfigurationHost extends ExtensionPoint {
    /** Whether the current user may. */
    boolean may(Permission permission);

    /** @throws org.springframework.security.access.AccessDeniedException where the current user may not */
    void check(Permission permission);

    /** Where credentials are looked for that belong to no job. */
    ItemGroup<?> root();

    boolean hasCredentials(String id, Class<? extends IdCredentials> type);

    /** What the store is like, for the page; asks no database. */
    String storeState();

    /** What is as it should be, and what is not; of what is known already, so that nothing is asked of a registry or cluster. */
    List<Finding> health();

    /**
     * How a part of it is.
     *
     * @param area key of a label, as in {@code health.trains}
     * @param name of the part; empty where there is but one
     * @param since when it is so; empty where that is not known
     */
    record Finding(String area, String name, boolean well, String text, Optional<Instant> since) {}

    /** Whether a build has ridden a train or run a lane already; true while that cannot be known. */
    boolean isUsed();

    /** By the clock that all of the plugin goes by. */
    Clock clock();

    /** Of a catalog in SCM, for the page: what was read last, and why it is not the newest; empty where it is. */
    CatalogState catalogState(String catalog);

    record CatalogState(String text, String problem) {}

    /** @param repository to ask for besides; empty for none */
    FormValidation test(RegistryConfiguration registry, String repository);

    FormValidation test(EnvironmentConfiguration environment);

    /** Several at a time; answers in their order, each as {@link #test(RegistryConfiguration, String)} of none. */
    List<FormValidation> testRegistries(List<RegistryConfiguration> registries);

    /** Several at a time; answers in their order, each as {@link #test(EnvironmentConfiguration)}. */
    List<FormValidation> testEnvironments(List<EnvironmentConfiguration> environments);

    /** A catalog made of what the environment's namespace holds. */
    FormValidation draftCatalog(EnvironmentConfiguration environment);

    FormValidation test(StoreConfiguration store);

    /** Copies what the file in JENKINS_HOME holds into an empty database, and counts both. */
    FormValidation copyFileTo(StoreConfiguration store);

    /**
     * Has a saved catalog's file read in the background.
     *
     * @return what came of it, or that it takes longer
     * @throws EngineException NOT_FOUND no such catalog is in SCM; CONFLICT it cannot be taken, and stays as it is
     */
    String read(String catalog);

    /**
     * The settings are others from now on.
     *
     * @param parts that are not what they were
     */
    void changed(List<ConfigurationPart> parts);
}
