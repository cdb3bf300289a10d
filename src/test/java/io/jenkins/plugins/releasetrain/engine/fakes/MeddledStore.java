package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/** A store where something happens between a decision and its append: others act on the same store, or it is away. */
public final class MeddledStore {
    private MeddledStore() {}

    /** @param before told what is about to be appended; may throw in the store's place */
    public static Store of(Store store, Consumer<List<? extends Event>> before) {
        return of(store, () -> {}, before, () -> {});
    }

    /**
     * @param called told of every call, also of those that only read
     * @param before told what is about to be appended; may throw in the store's place
     * @param after told that it was appended; may throw, so that the answer is lost
     */
    public static Store of(Store store, Runnable called, Consumer<List<? extends Event>> before, Runnable after) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    boolean appends = "append".equals(method.getName());
                    called.run();
                    if (appends) {
                        before.accept(events(arguments[3]));
                    }
                    try {
                        Object answer = method.invoke(store, arguments);
                        if (appends) {
                            after.run();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @SuppressWarnings("unchecked")
    private static List<? extends Event> events(Object argument) {
        return (List<? extends Event>) argument;
    }
}
