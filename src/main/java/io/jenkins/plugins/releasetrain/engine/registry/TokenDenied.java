package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;

/** A token server gives no token for what was asked for. */
final class TokenDenied extends EngineException {
    private static final long serialVersionUID = 1;

    /** @param refusal what it said */
    TokenDenied(EngineException refusal) {
        super(refusal.kind(), refusal.getMessage(), refusal);
    }
}
