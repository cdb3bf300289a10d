package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A cluster whose client dies right after, or right before, it is asked for something. */
public final class CrashingCluster {
    private final Cluster cluster;
    private final boolean done;
    private int callsLeft;
    private boolean crashed;

    /**
     * @param callsBefore calls that go well
     * @param done whether the call at which the process dies reaches the cluster
     */
    public CrashingCluster(Cluster cluster, int callsBefore, boolean done) {
        this.cluster = cluster;
        this.callsLeft = callsBefore;
        this.done = done;
    }

    public boolean crashed() {
        return crashed;
    }

    public Cluster cluster() {
        return (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, arguments) -> {
                    if (callsLeft-- != 0) {
                        return call(method, arguments);
                    }
                    crashed = true;
                    if (done) {
                        call(method, arguments);
                    }
                    throw new CrashingStore.Crash();
                });
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(cluster, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
