package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What is known of the contracts of all services of a store: what was published, compared, and waived by whom. */
public final class Contracts {
    private final Store store;
    private final Clock clock;
    private final Consumer<Event> listener;
    private final Map<String, Journal<ContractLog>> journals = new ConcurrentHashMap<>();

    /** @param listener told of every event once it is durable */
    public Contracts(Store store, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.clock = clock;
        this.listener = listener;
    }

    private Journal<ContractLog> journal(String service) {
        return journals.computeIfAbsent(
                service, name -> new Journal<>(store, ContractLog.stream(name), ContractLog.TYPE, clock, listener));
    }

    public ContractLog log(String service) {
        return journal(service).state();
    }

    /** Somebody else may have compared the same pair meanwhile: the first stands. */
    void add(Event.ContractChecked checked) {
        journal(checked.service())
                .update(s -> s.known(checked.before(), checked.after()).stream()
                                .anyMatch(c -> c.by().equals(checked.by())
                                        && checked.by().isEmpty())
                        ? List.of()
                        : List.of(checked));
    }

    /** The same failure once more is no news. */
    void attested(Event.ContractAttested said) {
        journal(said.service())
                .update(s -> s.attested(said.after()).filter(said::equals).isPresent() ? List.of() : List.of(said));
    }

    /** Both know it, so that either's page tells of it. */
    void needed(Event.ContractNeeded edge) {
        for (String service : List.of(edge.consumer(), edge.provider())) {
            journal(service).update(s -> s.needed().contains(edge) ? List.of() : List.of(edge));
        }
    }

    void verified(Event.EdgesVerified verified) {
        journal(verified.service()).update(s -> List.of(verified));
    }

    /** The very same contract once more changes nothing, so that nobody takes a verdict back by it. */
    public void published(String service, Digest image, Digest contract, List<ContractFile> files) {
        List<String> names = files.stream()
                .map(f -> f.kind().word() + " " + f.name())
                .sorted()
                .toList();
        journal(service)
                .update(s -> s.isPublished(image, contract)
                        ? List.of()
                        : List.of(new Event.ContractPublished(service, image, contract, names)));
    }

    /**
     * What a tool on an agent found, which counts as what the built-in checkers find.
     *
     * @param by which build
     */
    public void judged(String service, Digest before, Digest after, List<Finding> findings, String by) {
        add(RegistryGate.checked(service, before, after, findings, Optional.of(by)));
    }

    /**
     * Lets an image go although its contract is not compatible.
     *
     * @throws EngineException INVALID_INPUT: no reason
     */
    public void waive(String service, Digest image, String reason, String user) {
        if (reason.isBlank()) {
            throw EngineException.invalid("Waiving the contract of service '" + service + "' needs a reason");
        }
        journal(service).update(s -> List.of(new Event.ContractWaived(service, image, reason, user)));
    }

    /**
     * For the log of whoever brings these images: what is known of their contracts, worst first.
     *
     * @param most lines; one more says how many are left
     */
    public List<String> told(Map<String, PinnedImage> images, int most) {
        List<String> lines = new ArrayList<>();
        for (Severity severity : List.of(Severity.ERROR, Severity.WARN, Severity.INFO)) {
            images.forEach((service, image) -> log(service).newestOf(image.digest()).stream()
                    .flatMap(c -> c.findings().stream())
                    .filter(f -> f.severity().equals(severity.name()))
                    .forEach(f -> lines.add("Contract of service '" + service + "', "
                            + severity.name().toLowerCase(Locale.ROOT) + ": " + text(f))));
        }
        images.forEach((service, image) -> log(service).attested(image.digest()).ifPresent(a -> lines.add(text(a))));
        images.forEach((service, image) -> log(service).edges(image.digest()).stream()
                .filter(n -> !n.findings().isEmpty())
                .forEach(n -> lines.add(
                        "Contract: '" + n.consumer() + "' (" + n.image().abbreviated() + ") does not get"
                                + " what it needs from '" + n.provider() + "' ("
                                + n.with().abbreviated() + "): "
                                + text(n.findings().get(0)))));
        if (lines.size() <= most) {
            return lines;
        }
        List<String> first = new ArrayList<>(lines.subList(0, most));
        first.add("… and " + (lines.size() - most) + " more; see the page of the change");
        return first;
    }

    private static String text(Event.ContractAttested said) {
        return "Contract of service '" + said.service() + "', evidence: "
                + said.evidence()
                        .map(digest -> said.said().result() + ", kept beside the image as " + digest)
                        .orElse("not kept beside the image: " + said.problem());
    }

    /** As in {@code api.yaml:12 GET /carts 200 /total: … (response-property-removed)}. */
    public static String text(ContractFinding f) {
        String place = f.file() + (f.line() > 0 ? ":" + f.line() : "");
        String where = (place + " " + f.location()).strip();
        return (where.isEmpty() ? "" : where + ": ") + f.message() + " (" + f.rule() + ")";
    }
}
