package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.contract.Checkers;
import io.jenkins.plugins.releasetrain.engine.contract.ContractArtifacts;
import io.jenkins.plugins.releasetrain.engine.contract.ContractFile;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.contract.ContractKind;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.contract.RegistryGate;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** A change that takes back what production promises is stopped before any environment is used; its corrected version goes. */
final class ContractStory {
    private static final String SERVICE = "checkout";
    private static final String ID = "{\"name\": \"id\", \"type\": \"string\"}";
    private static final String TOTAL = "{\"name\": \"total\", \"type\": \"long\"}";
    private static final String COUPON = "{\"name\": \"coupon\", \"type\": \"string\", \"default\": \"\"}";

    private final Parts parts;
    private final Shop shop;
    private final Account account;
    private final Consumer<String> ride;

    /** @param ride lets a service's version, as in {@code mail 2.0}, ride the train to its outcome */
    ContractStory(Parts parts, Shop shop, Account account, Consumer<String> ride) {
        this.parts = parts;
        this.shop = shop;
        this.account = account;
        this.ride = ride;
    }

    /** Of the shop's train and lanes; it keeps evidence of what it lets go. */
    static ContractGate gate(Parts parts, Shop shop, Account account) {
        Contracts contracts = new Contracts(parts.store, parts.clock, account);
        return new RegistryGate(shop::catalog, parts.registries, contracts, Checkers::check)
                .attestedBy(parts.evidence.keeper(parts.registries.dev()));
    }

    void run() {
        account.headline("Contracts: " + SERVICE + " promises what its messages hold, breaks it, and is mended");
        version("1.6", ID + ", " + TOTAL);
        version("1.7", ID);
        version("1.8", ID + ", " + TOTAL + ", " + COUPON);
    }

    private void version(String version, String fields) {
        shop.build(SERVICE, version);
        Service service = shop.catalog().service(SERVICE);
        Digest image = parts.registries.pin(service, version).digest();
        String schema = "{\"type\": \"record\", \"name\": \"Message\", \"fields\": [" + fields + "]}";
        ContractArtifacts.publish(
                new Artifacts((HttpRegistry) parts.registries.dev()),
                service.devRepository(),
                image,
                List.of(new ContractFile(ContractKind.AVRO, "message.avsc", schema.getBytes(StandardCharsets.UTF_8))));
        ride.accept(SERVICE + " " + version);
    }
}
