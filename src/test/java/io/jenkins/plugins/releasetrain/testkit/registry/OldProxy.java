package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A proxy of before HTTP/1.1: nobody is told how long an answer is, it ends with its connection (RFC 9112 section 6.3). */
public final class OldProxy implements AutoCloseable {
    private static final int END = 4;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger cuts = new AtomicInteger();
    private final String to;
    private volatile Predicate<String> cut = line -> false;
    private volatile int most;

    /** @param to host and port */
    public OldProxy(String to) throws IOException {
        this.to = to;
        threads.execute(this::accept);
    }

    /** Host and port. */
    public String host() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /**
     * Ends the next so many answers in order after some bytes of their bodies.
     *
     * @param line which, by the first line of the request
     */
    public void cutNext(int times, int bytes, Predicate<String> line) {
        most = bytes;
        cut = line;
        cuts.set(times);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                // It is closed, and so the loop ends.
            }
        }
    }

    private void serve(Socket client) {
        int colon = to.lastIndexOf(':');
        try (client;
                Socket there = new Socket(to.substring(0, colon), Integer.parseInt(to.substring(colon + 1)))) {
            InputStream in = client.getInputStream();
            String head = head(in);
            if (head.isEmpty()) {
                return;
            }
            there.getOutputStream()
                    .write(head.replaceFirst("\r\n", "\r\nConnection: close\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            there.getOutputStream().write(in.readNBytes(length(head)));
            String answer = head(there.getInputStream());
            byte[] body = there.getInputStream().readAllBytes();
            boolean cutting = cut.test(head.substring(0, head.indexOf("\r\n"))) && cuts.getAndDecrement() > 0;
            OutputStream out = client.getOutputStream();
            out.write(answer.replaceAll("(?i)(content-length|connection): [^\r]*\r\n", "")
                    .replaceFirst("\r\n", "\r\nConnection: close\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.write(body, 0, cutting ? Math.min(most, body.length) : body.length);
            out.flush();
        } catch (IOException e) {
            // Whoever asked went away.
        }
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).trim()))
                .findFirst()
                .orElse(0);
    }

    /** With the blank line that ends it; empty where there is none. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            String text = head.toString(StandardCharsets.ISO_8859_1);
            if (next == '\n' && text.length() >= END && text.endsWith("\r\n\r\n")) {
                return text;
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
