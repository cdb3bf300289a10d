package io.jenkins.plugins.releasetrain.engine.model;

import java.util.SortedSet;

/**
 * One service of a catalog.
 *
 * @param devRepository repository in the dev registry, without host
 * @param productionRepository repository in the production registry, without host
 * @param productionTag the moving tag in the production registry that says what production runs
 * @param group services of a group share a lane; the service's own name where none is given
 * @param dependsOn names of the services that it calls
 */
public record Service(
        String name,
        String devRepository,
        String productionRepository,
        String productionTag,
        Workload workload,
        String group,
        SortedSet<String> dependsOn) {}
