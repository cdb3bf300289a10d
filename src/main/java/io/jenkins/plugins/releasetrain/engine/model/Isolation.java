package io.jenkins.plugins.releasetrain.engine.model;

/** How the candidates of an environment's lanes are kept apart from what production runs (design §6). */
public enum Isolation {
    /** The image of the baseline's workload is patched: whoever calls the service reaches the candidate. */
    REPLACE,
    /** A workload and a Service of its own beside the baseline's: who asks for its address reaches the candidate. */
    SIDE_BY_SIDE,
    /** Side by side, and requests with the lane's baggage are routed to the candidate (Gateway API, HTTPRoute). */
    HEADER;

    /** Whether the baseline's workload stays as it is. */
    public boolean beside() {
        return this != REPLACE;
    }

    /** The member of the {@code baggage} header (W3C Baggage) that a lane's tests send with each request. */
    public static String baggage(String tenant) {
        return "release-tenant=" + tenant;
    }
}
