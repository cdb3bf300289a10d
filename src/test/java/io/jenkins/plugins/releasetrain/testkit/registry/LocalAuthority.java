package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate for the loopback address, made by the JDK's keytool. */
public record LocalAuthority(PrivateKey key, X509Certificate certificate) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    public static LocalAuthority create() throws IOException, GeneralSecurityException, InterruptedException {
        return create("ip:127.0.0.1");
    }

    /** Of another host than the one it is on. */
    public static LocalAuthority ofAnother(String host)
            throws IOException, GeneralSecurityException, InterruptedException {
        return create("dns:" + host);
    }

    private static LocalAuthority create(String name)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path directory = Files.createTempDirectory("authority");
        try {
            Path store = directory.resolve("store.p12");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "own",
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    "2048",
                    "-validity",
                    "2"));
            command.addAll(List.of("-dname", "CN=127.0.0.1", "-ext", "san=" + name, "-ext", "bc:c=ca:true"));
            command.addAll(List.of("-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
            command.addAll(List.of("-keystore", store.toString()));
            Process keytool = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool: " + Files.readString(directory.resolve("log")));
            }
            return read(store);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static LocalAuthority read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return new LocalAuthority(
                (PrivateKey) store.getKey("own", PASSWORD), (X509Certificate) store.getCertificate("own"));
    }

    /** For a server that shows this certificate, and for a client that trusts it. */
    public SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("trusted", certificate);
        store.setKeyEntry("own", key, PASSWORD, new X509Certificate[] {certificate});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    public String pem() throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String type, byte[] der) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
