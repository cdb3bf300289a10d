package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.ContractArtifacts.Listed;
import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Said;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Mode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Crew;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Compares the contracts that are attached to images in the registries: what production runs is always the before. A pair of
 * images is compared once; equal contracts are known from the lists of referrers, without being read.
 */
public final class RegistryGate implements ContractGate {
    private static final Logger LOGGER = Logger.getLogger(RegistryGate.class.getName());
    private static final int WIDTH = 8;
    private static final int FINDINGS_TOLD = 3;
    private static final int FINDINGS_KEPT = 100;

    private final Supplier<Catalog> catalog;
    private final Registries registries;
    private final Contracts contracts;
    private final BiFunction<List<ContractFile>, List<ContractFile>, List<Finding>> checkers;
    private final Optional<Attestor> attestor;

    /** @param checkers compares all files of two images */
    public RegistryGate(
            Supplier<Catalog> catalog,
            Registries registries,
            Contracts contracts,
            BiFunction<List<ContractFile>, List<ContractFile>, List<Finding>> checkers) {
        this(catalog, registries, contracts, checkers, Optional.empty());
    }

    private RegistryGate(
            Supplier<Catalog> catalog,
            Registries registries,
            Contracts contracts,
            BiFunction<List<ContractFile>, List<ContractFile>, List<Finding>> checkers,
            Optional<Attestor> attestor) {
        this.catalog = catalog;
        this.registries = registries;
        this.contracts = contracts;
        this.checkers = checkers;
        this.attestor = attestor;
    }

    /** The same gate, which has evidence kept of whatever it lets go. */
    public RegistryGate attestedBy(Attestor other) {
        return new RegistryGate(catalog, registries, contracts, checkers, Optional.of(other));
    }

    @Override
    public SortedMap<String, String> refusals(Collection<Exchange> exchanges) {
        List<Exchange> looked = exchanges.stream()
                .filter(x -> policy(x).mode() != Mode.OFF)
                .filter(x -> x.before().isPresent() || attestor.isPresent())
                .toList();
        SortedMap<String, String> refused = new ConcurrentSkipListMap<>();
        new Crew<>(looked, x -> refusal(x).ifPresent(why -> refused.put(x.service(), why)))
                .run(Crew.threads("contracts"), WIDTH);
        Map<String, Digest> brought = new TreeMap<>();
        looked.stream()
                .filter(x -> !refused.containsKey(x.service()))
                .forEach(x -> brought.put(x.service(), x.after()));
        look(brought, List.of());
        return refused;
    }

    @Override
    public void meet(Map<String, PinnedImage> brought, Collection<? extends Map<String, PinnedImage>> others) {
        List<Consumers.Node> nodes = others.stream()
                .flatMap(images -> Consumers.digests(images).entrySet().stream())
                .map(e -> new Consumers.Node(e.getKey(), e.getValue()))
                .toList();
        Map<String, Digest> images = Consumers.digests(brought);
        images.keySet()
                .removeIf(service -> catalog.get().contractPolicy(service).mode() == Mode.OFF);
        look(images, nodes);
    }

    @Override
    public void passed(Map<String, Digest> images, ImageSet set, String run) {
        Map<String, Digest> there = new TreeMap<>(Consumers.digests(set.images()));
        there.putAll(images);
        Catalog now = catalog.get();
        images.keySet().stream()
                .filter(s ->
                        now.services().containsKey(s) && now.contractPolicy(s).mode() != Mode.OFF)
                .forEach(s -> verified(new Event.EdgesVerified(s, images.get(s), Consumers.among(now, s, there), run)));
    }

    private void verified(Event.EdgesVerified verified) {
        try {
            if (!verified.with().none()) {
                contracts.verified(verified);
            }
        } catch (EngineException e) {
            LOGGER.log(Level.FINE, "What was tested together cannot be kept now", e);
        }
    }

    @Override
    public boolean doubts(Map<String, PinnedImage> images) {
        return images.entrySet().stream()
                .anyMatch(e -> contracts.log(e.getKey()).doubts(e.getValue().digest()));
    }

    /** What cannot be looked at now is looked at when one of the services changes next. */
    private void look(Map<String, Digest> brought, List<Consumers.Node> others) {
        try {
            new Consumers(catalog.get(), registries, contracts, checkers).look(brought, others);
        } catch (EngineException e) {
            LOGGER.log(Level.FINE, "What consumers need cannot be looked at now", e);
        }
    }

    private ContractPolicy policy(Exchange exchange) {
        return catalog.get().contractPolicy(exchange.service());
    }

    private Optional<String> refusal(Exchange exchange) {
        List<Event.ContractChecked> known =
                exchange.before().map(before -> known(exchange, before)).orElse(List.of());
        boolean waived =
                contracts.log(exchange.service()).waiver(exchange.after()).isPresent();
        Optional<String> refusal = waived ? Optional.empty() : refusal(exchange, known);
        if (refusal.isEmpty()) {
            attestor.ifPresent(a -> attest(a, exchange, known, waived));
        }
        return refusal;
    }

    /** What cannot be kept now is tried again right before the promotion; it stops nobody. */
    private void attest(Attestor by, Exchange exchange, List<Event.ContractChecked> known, boolean waived) {
        ContractLog log = contracts.log(exchange.service());
        List<ContractFinding> findings =
                known.stream().flatMap(c -> c.findings().stream()).toList();
        Statement.Of of = new Statement.Of(exchange, related(exchange, log), findings, waived);
        byte[] statement = of.statement();
        Digest digest = Digest.sha256(statement);
        boolean kept = log.attested(exchange.after())
                .filter(a -> a.said().statement().equals(digest) && a.evidence().isPresent())
                .isPresent();
        String repository = catalog.get().service(exchange.service()).devRepository();
        Optional<Digest> evidence = Optional.empty();
        String problem = "";
        try {
            if (kept && by.stands(repository, exchange.after())) {
                return;
            }
            evidence = Optional.of(by.attest(repository, exchange.after(), statement));
        } catch (EngineException e) {
            problem = e.getMessage();
        }
        contracts.attested(new Event.ContractAttested(
                exchange.service(),
                exchange.before(),
                exchange.after(),
                new Said(of.result().name(), digest),
                evidence,
                problem));
    }

    /** What the image was compared with, and both contracts where they were published here. */
    private static SortedMap<String, Digest> related(Exchange exchange, ContractLog log) {
        SortedMap<String, Digest> related = new TreeMap<>();
        log.contract(exchange.after()).ifPresent(contract -> related.put("contract", contract));
        exchange.before().ifPresent(before -> {
            related.put("production", before);
            log.contract(before).ifPresent(contract -> related.put("production contract", contract));
        });
        return related;
    }

    private List<Event.ContractChecked> known(Exchange exchange, Digest before) {
        List<Event.ContractChecked> known = contracts.log(exchange.service()).known(before, exchange.after());
        if (known.stream().noneMatch(c -> c.by().isEmpty())) {
            Event.ContractChecked checked = compare(exchange, before);
            contracts.add(checked);
            known = contracts.log(exchange.service()).known(before, exchange.after());
        }
        return known;
    }

    private Optional<String> refusal(Exchange exchange, List<Event.ContractChecked> known) {
        ContractPolicy policy = policy(exchange);
        if (policy.mode() != Mode.BLOCK) {
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
        boolean publishedHere =
                contracts.log(exchange.service()).contract(exchange.after()).isPresent();
        if (old.artifacts().isEmpty() && !publishedHere) {
            // Nobody can rely on what production does not promise, so what the new image promises need not be asked
            // for.
            return checked(exchange.service(), before, exchange.after(), List.of(), Optional.empty());
        }
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
            before = own(ContractArtifacts.read(registries.production(), old));
        } catch (EngineException e) {
            return List.of(unreadable(e, Severity.WARN, "what production runs"));
        }
        try {
            return checkers.apply(before, own(ContractArtifacts.read(registries.dev(), now)));
        } catch (EngineException e) {
            return List.of(
                    isReadable(before)
                            ? unreadable(e, Severity.ERROR, "the new image")
                            : unreadable(e, Severity.WARN, "what production runs"));
        }
    }

    private static List<ContractFile> own(List<ContractFile> files) {
        return files.stream().filter(f -> f.neededOf().isEmpty()).toList();
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
