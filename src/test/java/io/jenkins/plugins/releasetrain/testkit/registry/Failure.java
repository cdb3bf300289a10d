package io.jenkins.plugins.releasetrain.testkit.registry;

import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/** What a registry does wrong: turns the right answer into the one that is given. */
@FunctionalInterface
public interface Failure extends UnaryOperator<Reply> {
    /** Answers an error; nothing is done. */
    static Failure status(int status, String code, String message) {
        return right -> Reply.error(status, code, message);
    }

    static Failure unavailable() {
        return status(503, "UNAVAILABLE", "try again");
    }

    static Failure tooManyRequests(String retryAfter) {
        return right -> Reply.error(429, "TOOMANYREQUESTS", "slow down").header("Retry-After", retryAfter);
    }

    /** Cuts the connection after that many bytes of the body; 0 before any answer. */
    static Failure cut(int afterBytes) {
        return right -> right.breakingAfter(afterBytes);
    }

    /** Gives content of the right length with one byte changed. */
    static Failure wrongContent() {
        return right -> {
            byte[] wrong = right.body().clone();
            wrong[wrong.length / 2] ^= 1;
            return right.body(wrong);
        };
    }

    /** Gives so many bytes of the body and then nothing until it is over, without closing the connection. */
    static Failure stalled(int afterBytes, CountDownLatch over) {
        return right -> right.breakingAfter(afterBytes).breakingWhen(over);
    }
}
