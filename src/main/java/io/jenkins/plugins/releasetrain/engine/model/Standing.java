package io.jenkins.plugins.releasetrain.engine.model;

import java.time.Instant;
import java.util.Optional;

/**
 * Where somebody stands who wants an environment.
 *
 * @param id of the train's or lane's request
 * @param owner who, for people
 * @param alone whether it is wanted, or held, for oneself
 * @param position 1 is next; 0: it is held
 * @param since when it was granted, or asked for
 * @param expected about when it is granted, by what was measured; empty where nothing was, and for who holds it
 */
public record Standing(
        String id, String owner, boolean alone, int position, Instant since, Optional<Instant> expected) {}
