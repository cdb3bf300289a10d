package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Teaches a real API server HTTPRoutes of the Gateway API v1, whatever their content, unless it knows them. */
public final class GatewayApi {
    private static final String NAME = "httproutes.gateway.networking.k8s.io";

    private GatewayApi() {}

    /** Left there: other tests may be using it, and it does nothing by itself. */
    public static void install(KubernetesClient client) {
        try {
            client.resource(definition()).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(NAME)
                .waitUntilCondition(GatewayApi::isEstablished, 1, TimeUnit.MINUTES);
    }

    private static boolean isEstablished(CustomResourceDefinition definition) {
        List<CustomResourceDefinitionCondition> conditions = definition == null || definition.getStatus() == null
                ? List.of()
                : definition.getStatus().getConditions();
        return conditions.stream()
                .anyMatch(
                        c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    private static CustomResourceDefinition definition() {
        return new CustomResourceDefinitionBuilder()
                .withNewMetadata()
                .withName(NAME)
                // The group is protected: without it the API server refuses definitions of it.
                .addToAnnotations("api-approved.kubernetes.io", "unapproved, for tests")
                .endMetadata()
                .withNewSpec()
                .withGroup("gateway.networking.k8s.io")
                .withScope("Namespaced")
                .withNewNames()
                .withKind("HTTPRoute")
                .withPlural("httproutes")
                .withSingular("httproute")
                .endNames()
                .addNewVersion()
                .withName("v1")
                .withServed(true)
                .withStorage(true)
                .withNewSchema()
                .withNewOpenAPIV3Schema()
                .withType("object")
                .withXKubernetesPreserveUnknownFields(true)
                .endOpenAPIV3Schema()
                .endSchema()
                .withNewSubresources()
                .withNewStatus()
                .endStatus()
                .endSubresources()
                .endVersion()
                .endSpec()
                .build();
    }
}
