package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** Failures of a Kubernetes API server as the engine's. */
public final class KubernetesFailures {
    private KubernetesFailures() {}

    /** @param action what is tried on what, as in "patch Deployment cart in namespace staging" */
    public static <T> T translating(String action, Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            throw translate(action, e);
        }
    }

    /**
     * By the HTTP status of the Kubernetes API conventions, "HTTP Status codes". The server's own message is kept: it
     * names the object and the rule, and never holds credentials.
     */
    public static EngineException translate(String action, KubernetesClientException e) {
        FailureKind kind = kindOf(e);
        String status = e.getCode() > 0 ? "HTTP " + e.getCode() + ": " : "";
        String reason = reason(e);
        return new EngineException(kind, "Cannot " + action + ": " + status + reason + advice(kind, reason), e);
    }

    private static String reason(KubernetesClientException e) {
        if (e.getStatus() != null && e.getStatus().getMessage() != null) {
            return e.getStatus().getMessage();
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static FailureKind kindOf(KubernetesClientException e) {
        int code = e.getCode();
        return switch (code) {
            case 400, 405, 413, 415, 422 -> FailureKind.INVALID_INPUT;
            case 401 -> FailureKind.UNAUTHENTICATED;
            case 403 -> FailureKind.FORBIDDEN;
            case 404 -> FailureKind.NOT_FOUND;
            case 409 -> FailureKind.CONFLICT;
            case 429 -> FailureKind.RATE_LIMITED;
            case 504 -> FailureKind.TIMEOUT;
            default -> code >= 500 ? FailureKind.UNAVAILABLE : withoutAnswer(e);
        };
    }

    /** The API server answers so to what no right would change, too. */
    private static String forbidden(String reason) {
        if (reason.contains("is being terminated")) {
            return ". The namespace is being removed: make it again, or correct the environment";
        } else if (reason.contains("exceeded quota")) {
            return ". Raise the namespace's quota, or let fewer candidates in at once";
        } else if (reason.contains("admission webhook")) {
            return ". A policy of the cluster refuses it";
        }
        return ". Give the environment's account this right in the namespace (RBAC)";
    }

    private static FailureKind withoutAnswer(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SSLException) {
                return FailureKind.TLS;
            }
            if (t instanceof SocketTimeoutException || t instanceof TimeoutException) {
                return FailureKind.TIMEOUT;
            }
        }
        return FailureKind.UNAVAILABLE;
    }

    private static String advice(FailureKind kind, String reason) {
        return switch (kind) {
            case UNAUTHENTICATED -> ". Check the environment's credentials";
            case FORBIDDEN -> forbidden(reason);
            case TLS -> ". Check the certificate authority in the environment's kubeconfig";
            case UNAVAILABLE, TIMEOUT -> ". Check that the API server can be reached from here";
            default -> "";
        };
    }
}
