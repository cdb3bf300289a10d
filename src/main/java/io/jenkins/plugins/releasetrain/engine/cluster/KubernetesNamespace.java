package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;

/**
 * What an environment is: a cluster and a namespace in it.
 *
 * @param client not closed by those who get it; its own retries ({@code requestRetryBackoffLimit}) add to every deadline
 */
public record KubernetesNamespace(KubernetesClient client, String name) {}
