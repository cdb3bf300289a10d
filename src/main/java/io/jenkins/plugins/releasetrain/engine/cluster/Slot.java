package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.Comparator;

/** The place of a container in a pod template. */
record Slot(boolean init, int index) implements Comparable<Slot> {
    /** Below the pod's spec, as a JSON pointer (RFC 6901) without its first slash. */
    String path() {
        return (init ? "initContainers/" : "containers/") + index;
    }

    Container in(PodSpec pod) {
        return (init ? pod.getInitContainers() : pod.getContainers()).get(index);
    }

    @Override
    public int compareTo(Slot other) {
        return Comparator.comparing(Slot::init).thenComparing(Slot::index).compare(this, other);
    }
}
