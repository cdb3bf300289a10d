package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The way out of a company's network (RFC 9110 section 9.3.6, RFC 9112 section 3.2.2): tunnels to addresses of TLS, and passes on
 * plain requests, one for each connection.
 */
public final class ForwardProxy extends Connections {
    private static final String HEAD_ENDS = "\r\n\r\n";
    private static final String CLOSE = "\r\nConnection: close";

    private final AtomicInteger passed = new AtomicInteger();
    private final Optional<String> login;
    private volatile int refusal;

    private ForwardProxy(Optional<String> login) throws IOException {
        this.login = login;
        start();
    }

    public static ForwardProxy forAnybody() throws IOException {
        return new ForwardProxy(Optional.empty());
    }

    public static ForwardProxy withBasicAuth(String user, String password) throws IOException {
        String both = user + ":" + password;
        return new ForwardProxy(
                Optional.of("basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8))));
    }

    /** Answers everything with this status and a page of its own (a policy, an address that it cannot find); 0 for nothing. */
    public void refuse(int status) {
        refusal = status;
    }

    /** How many requests and tunnels it let through. */
    public int passed() {
        return passed.get();
    }

    /** Sends everything by this proxy. */
    public ProxySelector selector() {
        Proxy here = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", port()));
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(here);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {
                // Whoever asked is told.
            }
        };
    }

    @Override
    void serve(Socket client) throws IOException {
        String head = head(client.getInputStream());
        if (refusal > 0) {
            answer(client, refusal, "");
        } else if (login.isPresent() && !isLogin(head, login.get())) {
            answer(client, 407, "Proxy-Authenticate: Basic realm=\"out\"\r\n");
        } else {
            passed.incrementAndGet();
            pass(client, head);
        }
    }

    private static boolean isLogin(String head, String login) {
        // A scheme's letters may be of either case, a password's may not.
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("proxy-authorization: basic "))
                .map(line -> "basic " + line.substring("proxy-authorization: basic ".length()))
                .anyMatch(login::equals);
    }

    private static void answer(Socket client, int status, String header) throws IOException {
        String page = "<html>The way out says " + status + "</html>";
        String text = "HTTP/1.1 " + status + " No\r\n" + header + "Content-Type: text/html\r\nContent-Length: "
                + page.length() + "\r\nConnection: close" + HEAD_ENDS + page;
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        client.shutdownOutput();
        client.close();
    }

    private void pass(Socket client, String head) throws IOException {
        String[] line = head.substring(0, head.indexOf("\r\n")).split(" ");
        boolean tunnel = line[0].equals("CONNECT");
        URI to = tunnel ? URI.create("tcp://" + line[1]) : URI.create(line[1]);
        Socket there = connected(to.getHost(), to.getPort());
        if (tunnel) {
            write(client, "HTTP/1.1 200 Connection established" + HEAD_ENDS);
            beside(() -> copy(there, client));
            copy(client, there);
            return;
        }
        String origin = to.getRawPath() + (to.getRawQuery() == null ? "" : "?" + to.getRawQuery());
        write(there, line[0] + " " + origin + " " + line[2] + CLOSE + rest(head));
        beside(() -> copy(client, there));
        String answer = head(there.getInputStream());
        // Else it would be taken for one that the next request may go by.
        write(client, answer.substring(0, answer.indexOf("\r\n")) + CLOSE + rest(answer));
        copy(there, client);
        close(client);
    }

    private static void write(Socket to, String head) throws IOException {
        to.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A head without its first line, and without what is said from one station to the next (RFC 9110 section 7.6.1). */
    private static String rest(String head) {
        return head.substring(head.indexOf("\r\n"))
                .replaceAll("(?i)\r\n(proxy-authorization|connection|keep-alive|upgrade|http2-settings):[^\r]*", "");
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith(HEAD_ENDS)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("It went away");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }
}
