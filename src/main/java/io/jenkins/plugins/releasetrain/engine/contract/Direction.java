package io.jenkins.plugins.releasetrain.engine.contract;

/** Which way data goes between a service and those who rely on its contract. */
enum Direction {
    /** They send by the older contract, it reads by the newer one: what it takes may not be narrowed. */
    REQUEST("request"),
    /** It sends by the newer contract, they read by the older one: what it sends may not be widened. */
    RESPONSE("response");

    private final String word;

    Direction(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    Direction reversed() {
        return this == REQUEST ? RESPONSE : REQUEST;
    }
}
