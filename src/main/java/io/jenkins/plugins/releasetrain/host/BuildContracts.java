package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.engine.contract.ContractArtifacts;
import io.jenkins.plugins.releasetrain.engine.contract.ContractFile;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.contract.Finding;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.List;
import java.util.Optional;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Contracts that builds publish beside their images, and that their tools judge. */
@Restricted(NoExternalUse.class)
public final class BuildContracts {
    private static final int MOST_LINES = 20;

    private final ReleaseService service;
    private final Contracts contracts;
    private final RegistryClients clients;

    BuildContracts(ReleaseService service, Contracts contracts, RegistryClients clients) {
        this.service = service;
        this.contracts = contracts;
        this.clients = clients;
    }

    /**
     * Attaches a contract to an image that the build pushed, with the credentials that its job sees.
     *
     * @return digest of the image
     * @throws EngineException INVALID_INPUT: the image is in no configured registry; NOT_FOUND: it is not there
     */
    public Digest publish(String name, ImageReference image, List<ContractFile> files, Run<?, ?> build) {
        HttpRegistry registry = clients.connect(service.current(), image, build)
                .orElseThrow(() -> EngineException.invalid("image " + image
                        + " is in no registry that is configured under Manage Jenkins » Release Train, so its contract"
                        + " cannot be kept beside it"));
        Digest digest = registry.resolve(image.repository(), image.manifestReference())
                .orElseThrow(() ->
                        new EngineException(FailureKind.NOT_FOUND, "image " + image + " is not there; push it first"))
                .digest();
        Digest contract = ContractArtifacts.publish(new Artifacts(registry), image.repository(), digest, files);
        contracts.published(name, digest, contract, files);
        return digest;
    }

    /** For the log of a build: what is known of the contracts of the change or lane that it brings. */
    public List<String> told(String request) {
        return service.store().requests(List.of(request)).stream()
                .findFirst()
                .map(entry -> contracts.told(entry.images(), MOST_LINES))
                .orElse(List.of());
    }

    /**
     * What a tool has to compare.
     *
     * @param before what production runs; empty: nothing yet
     */
    public record Pair(Optional<Digest> before, Digest after, List<ContractFile> old, List<ContractFile> now) {
        /** Whether there is anything to compare. */
        public boolean differs() {
            return before.filter(b -> !b.equals(after)).isPresent();
        }
    }

    /**
     * The contracts of an image and of what production runs in its place, of the first catalog that has the service.
     *
     * @throws EngineException INVALID_INPUT: no catalog has the service
     */
    public Pair pair(String name, String image) {
        for (CatalogConfiguration catalog : service.current().catalogs()) {
            Service found =
                    service.wiring().catalog(catalog.getName()).services().get(name);
            if (found != null) {
                return pair(service.wiring().registriesOf(catalog.getName()), found, image);
            }
        }
        throw EngineException.invalid("there is no service '" + name + "' in any catalog");
    }

    private static Pair pair(Registries registries, Service found, String image) {
        Digest after = registries.pin(found, image).digest();
        Optional<Digest> before = Optional.ofNullable(
                        registries.productionSet(List.of(found)).images().get(found.name()))
                .map(PinnedImage::digest);
        List<ContractFile> old = before.map(
                        b -> ContractArtifacts.read(registries.production(), found.productionRepository(), b))
                .orElse(List.of());
        return new Pair(before, after, old, ContractArtifacts.read(registries.dev(), found.devRepository(), after));
    }

    /**
     * Keeps what a build's tools said of a pair.
     *
     * @param before digest of what production ran, and {@code after} of the image
     * @param problem what they found; empty: nothing
     * @param job its full name; the newest of a job stands
     */
    public void judged(String name, String before, String after, Optional<String> problem, String job) {
        List<Finding> findings = problem.map(p -> new Finding(Severity.ERROR, "contract-gate", "", "", 0, p)).stream()
                .toList();
        contracts.judged(name, new Digest(before), new Digest(after), findings, job);
    }
}
