package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One attempt of a lane whose candidates are beside the baseline, and what things are called there. Another attempt has
 * other names, so that somebody who is late with an earlier one cannot meddle with it.
 *
 * @param lane the lane's id: letters, digits, dashes, 63 at most
 * @param tenant the attempt's id
 */
public record Beside(String lane, String tenant, Isolation isolation) {
    /** Label of everything that a lane puts into the namespace. */
    static final String LANE = "release-train.jenkins.io/lane";

    private static final String ISOLATION = "release-train.jenkins.io/isolation";
    private static final String CANDIDATE = "release-train.jenkins.io/candidate";
    private static final int READABLE = 40;

    /** The same service where its candidate is. */
    public Service copy(Service service) {
        Workload workload = new Workload(
                Workload.Kind.DEPLOYMENT,
                name(service.workload()),
                service.workload().container());
        return new Service(
                service.name(),
                service.devRepository(),
                service.productionRepository(),
                service.productionTag(),
                workload,
                service.group(),
                service.dependsOn(),
                new Service.Parts(
                        service.parts().others().stream()
                                .map(other -> new Workload(Workload.Kind.DEPLOYMENT, name(other), other.container()))
                                .toList(),
                        service.workloads().stream()
                                .flatMap(part -> foreign(service, part))
                                .collect(Collectors.toSet()),
                        service.parts().shared()));
    }

    /** What is another service's in the baseline's workload is so in its copy. */
    private Stream<String> foreign(Service service, Workload part) {
        String place = part.kind().kubernetesName() + "/" + part.name() + "/";
        String copy = Workload.Kind.DEPLOYMENT.kubernetesName() + "/" + name(part) + "/";
        return service.parts().foreign().stream()
                .filter(other -> other.startsWith(place))
                .map(other -> copy + other.substring(place.length()));
    }

    /** Of the workload's copy and of its Service: a label of RFC 1035 with 53 characters at most. */
    public String name(Workload workload) {
        String full = workload.kind().kubernetesName() + "/" + workload.name();
        String words = workload.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String begin = Character.isLetter(words.charAt(0)) ? words : "c" + words;
        return begin.substring(0, Math.min(READABLE, begin.length())) + "-"
                + Digest.sha256(full + "\n" + tenant).abbreviated();
    }

    /** Of everything; also of the pods, which are found by the last one. */
    Map<String, String> labels(String name) {
        return Map.of(
                LANE, lane,
                ISOLATION, isolation.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                CANDIDATE, name);
    }

    /** What finds the candidate's pods and no others. */
    static Map<String, String> selector(String name) {
        return Map.of(CANDIDATE, name);
    }
}
