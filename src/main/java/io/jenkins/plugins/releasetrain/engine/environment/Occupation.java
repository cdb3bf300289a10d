package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.Collection;
import java.util.Set;

/**
 * An environment that is used by somebody who is neither train nor lane: alone, or together with lanes, which may change
 * what runs meanwhile. It stands in the same line as they do.
 *
 * @param id asking again with it is the same request
 * @param owner who, for people
 */
public record Occupation(Environment environment, String id, String owner, Mode mode) {
    /**
     * Asks for the environment, as often as it takes.
     *
     * @param services all that trains and lanes install there: where a former holder's lease ran out, they are stamped before
     *     anything else, so that he can change nothing any more
     */
    public Answer ask(Collection<Service> services) {
        Answer answer = environment.lock().request(new Request(id, owner, mode, Set.of(), environment.lease()));
        if (answer instanceof Answer.Granted granted && granted.takenOver()) {
            environment.stamp(id, granted.token(), services);
        }
        return answer;
    }

    /** @throws io.jenkins.plugins.releasetrain.engine.model.EngineException LOCK_LOST where it is not held any more */
    public void renew(long token) {
        environment.lock().renew(id, token, environment.lease());
    }

    /** Gives it back, or leaves the line. */
    public void release() {
        environment.lock().release(id);
    }
}
