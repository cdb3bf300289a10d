package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.ContractArtifacts.Listed;
import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Mode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Crew;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Compares the contracts that are attached to images in the registries: what production runs is always the before. A pair of
 * images is compared once; equal contracts are known from the lists of referrers, without being read.
 */
public final class RegistryGate implements ContractGate {
    private static final int WIDTH = 8;
    private static final int FINDINGS_TOLD = 3;
    private static final int FINDINGS_KEPT = 100;

    private final Supplier<Catalog> catalog;
    private final Registries registries;
    private final Contracts contracts;
    private final BiFunction<List<ContractFile>, List<ContractFile>, List<Finding>> checkers;

    /** @param checkers compares all files of two images */
    public RegistryGate(
            Supplier<Catalog> catalog,
            Registries registries,
            Contracts contracts,
            BiFunction<List<ContractFile>, List<ContractFile>, List<Finding>> checkers) {
        this.catalog = catalog;
        this.registries = registries;
        this.contracts = contracts;
        this.checkers = checkers;
    }

    @Override
    public SortedMap<String, String> refusals(Collection<Exchange> exchanges) {
        List<Exchange> looked = exchanges.stream()
                .filter(x -> x.before().isPresent() && policy(x).mode() != Mode.OFF)
                .toList();
        SortedMap<String, String> refused = new ConcurrentSkipListMap<>();
        new Crew<>(looked, x -> refusal(x).ifPresent(why -> refused.put(x.service(), why)))
                .run(Crew.threads("contracts"), WIDTH);
        return refused;
    }

    private ContractPolicy policy(Exchange exchange) {
        return catalog.get().contractPolicy(exchange.service());
    }

    private Optional<String> refusal(Exchange exchange) {
        ContractLog log = contracts.log(exchange.service());
        Digest before = exchange.before().orElseThrow();
        List<Event.ContractChecked> known = log.known(before, exchange.after());
        if (known.stream().noneMatch(c -> c.by().isEmpty())) {
            Event.ContractChecked checked = compare(exchange, before);
            contracts.add(checked);
            known = contracts.log(exchange.service()).known(before, exchange.after());
        }
        ContractPolicy policy = policy(exchange);
        if (policy.mode() != Mode.BLOCK || log.waiver(exchange.after()).isPresent()) {
            return Optional.empty();
        }
        List<ContractFinding> blocking = known.stream()
                .flatMap(c -> c.findings().stream())
                .filter(f -> Severity.valueOf(f.severity()).compareTo(policy.blocking()) >= 0)
                .toList();
        int more = known.stream().mapToInt(Event.ContractChecked::more).sum();
        return blocking.isEmpty() ? Optional.empty() : Optional.of(text(exchange.service(), blocking, more));
    }

    private static String text(String service, List<ContractFinding> findings, int more) {
        List<String> told =
                findings.stream().limit(FINDINGS_TOLD).map(Contracts::text).toList();
        int left = findings.size() - told.size() + more;
        return "service '" + service + "': " + String.join("; ", told) + (left > 0 ? "; and " + left + " more" : "");
    }

    private Event.ContractChecked compare(Exchange exchange, Digest before) {
        Service service = catalog.get().service(exchange.service());
        Listed old = ContractArtifacts.list(registries.production(), service.productionRepository(), before);
        Listed now = ContractArtifacts.list(registries.dev(), service.devRepository(), exchange.after());
        List<Finding> findings = old.isSameAs(now) ? List.of() : findings(old, now);
        return checked(exchange.service(), before, exchange.after(), findings, Optional.empty());
    }

    /** Worst first, bounded. */
    static Event.ContractChecked checked(
            String service, Digest before, Digest after, List<Finding> findings, Optional<String> by) {
        List<ContractFinding> kept = findings.stream()
                .sorted(Comparator.comparing(Finding::severity).reversed())
                .limit(FINDINGS_KEPT)
                .map(f -> new ContractFinding(
                        f.severity().name(), f.rule(), f.file(), f.location(), f.line(), f.message()))
                .toList();
        return new Event.ContractChecked(service, before, after, kept, findings.size() - kept.size(), by);
    }

    /** What cannot be read of production stops nobody: it could never be mended otherwise. */
    private List<Finding> findings(Listed old, Listed now) {
        List<ContractFile> before;
        try {
            before = ContractArtifacts.read(registries.production(), old);
        } catch (EngineException e) {
            return List.of(unreadable(e, Severity.WARN, "what production runs"));
        }
        try {
            return checkers.apply(before, ContractArtifacts.read(registries.dev(), now));
        } catch (EngineException e) {
            return List.of(
                    isReadable(before)
                            ? unreadable(e, Severity.ERROR, "the new image")
                            : unreadable(e, Severity.WARN, "what production runs"));
        }
    }

    private boolean isReadable(List<ContractFile> files) {
        try {
            checkers.apply(files, files);
            return true;
        } catch (EngineException e) {
            return false;
        }
    }

    private static Finding unreadable(EngineException e, Severity severity, String whose) {
        if (e.kind().retryable()) {
            throw e;
        }
        return new Finding(
                severity, "contract-unreadable", "", "", 0, "The contract of " + whose + ": " + e.getMessage());
    }
}
