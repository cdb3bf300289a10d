package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What trains and lanes stand on.
 *
 * @param ids makes ids that are unique for ever
 * @param listener told of every event once it is durable
 * @param permit of this train, or of the lanes of this environment
 * @param gate whether images keep what production promises
 */
public record Ports(
        Store store,
        Promoter promoter,
        Clock clock,
        Supplier<String> ids,
        Consumer<Event> listener,
        Permit permit,
        ContractGate gate) {
    /** Whoever was let in may promote, and contracts are not looked at. */
    public Ports(Store store, Promoter promoter, Clock clock, Supplier<String> ids, Consumer<Event> listener) {
        this(store, promoter, clock, ids, listener, Permit.ALWAYS, ContractGate.NONE);
    }

    public Ports guardedBy(ContractGate other) {
        return new Ports(store, promoter, clock, ids, listener, permit, other);
    }
}
