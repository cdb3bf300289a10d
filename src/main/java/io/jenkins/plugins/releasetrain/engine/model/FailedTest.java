package io.jenkins.plugins.releasetrain.engine.model;

/**
 * A test that failed, without anything that it said (I9).
 *
 * @param name as its reports call it, at most {@link Line#LONGEST} characters
 * @param url of its own page; empty where it has none
 */
public record FailedTest(String name, String url) {
    public FailedTest {
        name = Line.of(name);
        url = Line.of(url, 2_000);
    }
}
