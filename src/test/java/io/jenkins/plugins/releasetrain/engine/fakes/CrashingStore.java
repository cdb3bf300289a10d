package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;

/** A store whose process dies right after, or right before, an append. */
public final class CrashingStore {
    private final Store store;
    private int appendsLeft;
    private final boolean durable;
    private boolean crashed;

    /**
     * @param appendsBefore appends that go well
     * @param durable whether the append at which the process dies is in the store
     */
    public CrashingStore(Store store, int appendsBefore, boolean durable) {
        this.store = store;
        this.appendsLeft = appendsBefore;
        this.durable = durable;
    }

    /** The end of a process. */
    public static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    public boolean crashed() {
        return crashed;
    }

    public Store store() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if ("append".equals(method.getName())) {
                        return append(arguments);
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @SuppressWarnings("unchecked")
    private long append(Object[] a) {
        if (crashed || appendsLeft-- == 0) {
            if (durable && !crashed) {
                store.append((String) a[0], (Long) a[1], (Instant) a[2], (List<? extends Event>) a[3]);
            }
            crashed = true;
            throw new Crash();
        }
        return store.append((String) a[0], (Long) a[1], (Instant) a[2], (List<? extends Event>) a[3]);
    }
}
