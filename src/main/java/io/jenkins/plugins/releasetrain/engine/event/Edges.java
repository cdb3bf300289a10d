package io.jenkins.plugins.releasetrain.engine.event;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Images that an image was tested with, by service: those that it calls, and those that call it. */
public record Edges(SortedMap<String, Digest> calls, SortedMap<String, Digest> calledBy) {
    public Edges {
        calls = Collections.unmodifiableSortedMap(new TreeMap<>(calls));
        calledBy = Collections.unmodifiableSortedMap(new TreeMap<>(calledBy));
    }

    /** Not named as a property, since it is none of what is stored. */
    public boolean none() {
        return calls.isEmpty() && calledBy.isEmpty();
    }
}
