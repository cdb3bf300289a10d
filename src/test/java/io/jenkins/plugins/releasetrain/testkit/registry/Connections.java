package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What takes connections on a loopback port and does not answer by itself as a server does. */
abstract class Connections implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    Connections() throws IOException {}

    /** One that came, in a thread of its own; an error ends it. */
    abstract void serve(Socket client) throws IOException;

    /** To be called once all is set up. */
    final void start() {
        threads.execute(this::accept);
    }

    /** Host and port. */
    public final String host() {
        return "127.0.0.1:" + port();
    }

    final int port() {
        return server.getLocalPort();
    }

    final List<Socket> open() {
        return open;
    }

    final Socket connected(String host, int port) throws IOException {
        Socket there = new Socket(host, port);
        open.add(there);
        return there;
    }

    final void beside(Runnable work) {
        threads.execute(work);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                threads.execute(() -> served(client));
            } catch (IOException e) {
                // It is closed, and so the loop ends.
            }
        }
    }

    private void served(Socket client) {
        try {
            serve(client);
        } catch (IOException e) {
            close(client);
        }
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more in any case.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Connections::close);
        threads.shutdownNow();
    }
}
