package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A TLS context that trusts some authorities besides the platform's, and shows a certificate of its own. */
final class TrustedCertificates {
    private TrustedCertificates() {}

    static SSLContext contextFor(RegistrySettings settings) {
        TrustManager[] trusted = settings.trustedCertificates()
                .map(pem -> trusting(settings.host(), pem))
                .orElse(null);
        KeyManager[] own = settings.clientCertificate()
                .map(certificate -> showing(settings.host(), certificate))
                .orElse(null);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own, trusted, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw unusable(settings.host(), e.getMessage());
        }
    }

    /** @param pem one or more certificates */
    private static TrustManager[] trusting(String host, String pem) {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int count = 0;
            for (Certificate own : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
                trusted.setCertificateEntry("own-" + count++, own);
            }
            if (count == 0) {
                throw unusable(host, "it holds no certificate");
            }
            for (X509Certificate known : platform()) {
                trusted.setCertificateEntry("platform-" + count++, known);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(host, e.getMessage());
        }
    }

    private static KeyManager[] showing(String host, RegistrySettings.ClientCertificate own) {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own.store(), own.password().toCharArray());
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            // Its words might be about the password.
            throw EngineException.invalid("Cannot use the client certificate of registry " + host
                    + ": its key cannot be read. Check the credentials that hold it, and their password");
        }
    }

    private static X509Certificate[] platform() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }

    private static EngineException unusable(String host, String why) {
        return EngineException.invalid("Cannot use the trusted certificates of registry " + host + ": " + why
                + "; expected one or more X.509 certificates in PEM form");
    }
}
