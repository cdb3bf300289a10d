package io.jenkins.plugins.releasetrain.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/**
 * One service of a catalog.
 *
 * @param devRepository repository in the dev registry, without host
 * @param productionRepository repository in the production registry, without host
 * @param productionTag the moving tag in the production registry that says what production runs
 * @param workload the service's first, or only, part
 * @param group services of a group share a lane; the service's own name where none is given
 * @param dependsOn names of the services that it calls
 * @param parts what else belongs to it
 */
public record Service(
        String name,
        String devRepository,
        String productionRepository,
        String productionTag,
        Workload workload,
        String group,
        SortedSet<String> dependsOn,
        Parts parts) {
    /** A service of one part. */
    public Service(
            String name,
            String devRepository,
            String productionRepository,
            String productionTag,
            Workload workload,
            String group,
            SortedSet<String> dependsOn) {
        this(name, devRepository, productionRepository, productionTag, workload, group, dependsOn, Parts.NONE);
    }

    /**
     * All parts of a service get its image, or none. In each workload these are, besides the container that is named, all
     * containers, init containers and sidecars of the same repository.
     *
     * @param others workloads beside the first
     * @param foreign containers that other services name, as {@code kind/name/container}: not its own, whatever they run
     * @param shared whether others have the same repository, by the catalog or since the service is in its tag only: then only
     *     what runs the very same image is its own
     */
    public record Parts(List<Workload> others, Set<String> foreign, boolean shared) {
        public static final Parts NONE = new Parts(List.of(), Set.of(), false);

        public Parts {
            others = List.copyOf(others);
            foreign = Set.copyOf(foreign);
        }
    }

    /** All workloads in which it runs. */
    public List<Workload> workloads() {
        List<Workload> all = new ArrayList<>(List.of(workload));
        all.addAll(parts.others());
        return all;
    }
}
