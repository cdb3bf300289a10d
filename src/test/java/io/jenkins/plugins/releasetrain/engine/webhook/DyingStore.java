package io.jenkins.plugins.releasetrain.engine.webhook;

import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/** A store whose process dies right before or after it remembers who reads, or how far. */
final class DyingStore {
    private static final Set<String> WRITES = Set.of("claim", "moveCursors");

    private final Store store;
    private final boolean durable;
    private int left;
    private boolean died;

    /** The end of a process. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    /** @param writes that go well */
    DyingStore(Store store, int writes, boolean durable) {
        this.store = store;
        this.left = writes;
        this.durable = durable;
    }

    boolean died() {
        return died;
    }

    Store store() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (WRITES.contains(method.getName()) && left-- <= 0) {
                        died = true;
                        if (durable) {
                            invoke(method, arguments);
                        }
                        throw new Death();
                    }
                    return invoke(method, arguments);
                });
    }

    private Object invoke(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
