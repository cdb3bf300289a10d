package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What stands before a server and does not know of its protocol: a balancer that ends connections, now and then. */
public final class BrokenLine extends Connections {
    private final Set<Socket> silent = ConcurrentHashMap.newKeySet();
    private final AtomicInteger breaks;
    private final boolean reset;
    private final String to;

    /**
     * Ends so many connections as soon as something comes by them, and passes on what comes by the others.
     *
     * @param to host and port
     * @param reset whether they end with a reset; else in order, which says "there is no more"
     */
    public BrokenLine(String to, int breaks, boolean reset) throws IOException {
        this.to = to;
        this.breaks = new AtomicInteger(breaks);
        this.reset = reset;
        start();
    }

    @Override
    void serve(Socket client) throws IOException {
        if (breaks.getAndDecrement() > 0) {
            client.getInputStream().read();
            client.setSoLinger(reset, 0);
            client.shutdownInput();
            client.close();
            return;
        }
        int colon = to.lastIndexOf(':');
        Socket there = connected(to.substring(0, colon), Integer.parseInt(to.substring(colon + 1)));
        beside(() -> pass(there, client));
        pass(client, there);
    }

    /** Forgets the connections that there are, and tells nobody: whatever comes by them is lost (firewalls, balancers). */
    public void silence() {
        silent.addAll(open());
    }

    private void pass(Socket from, Socket to) {
        byte[] some = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                if (!silent.contains(from)) {
                    out.write(some, 0, n);
                }
            }
        } catch (IOException e) {
            close(from);
        }
        close(to);
    }
}
