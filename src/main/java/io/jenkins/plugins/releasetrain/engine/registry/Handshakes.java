package io.jenkins.plugins.releasetrain.engine.registry;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Pattern;

/** What went wrong where TLS did not come about: somebody has to do something about it, or the line was cut. */
final class Handshakes {
    /** Words of the JDK for a host that its certificate does not have (RFC 6125 section 6). */
    private static final Pattern OTHER_HOST =
            Pattern.compile("No subject alternative|No name matching|HTTPS hostname wrong");

    private static final String HOW = "Add the authority that signed the registry's certificate to its trusted"
            + " certificates, or, if it only speaks plain HTTP, opt in to that for this registry.";

    private Handshakes() {}

    /**
     * Whether the connection ended before anybody judged anything, as where a balancer is restarted: the JDK calls that a
     * failed handshake, too.
     */
    static boolean wasCut(IOException e) {
        return !has(e, CertificateException.class)
                && (has(e, EOFException.class)
                        || has(e, SocketException.class)
                        || String.valueOf(e.getMessage()).contains("terminated the handshake"));
    }

    static String advice(IOException e) {
        if (has(e, CertificateExpiredException.class)) {
            return "Its certificate has expired: renew it.";
        }
        if (has(e, CertificateNotYetValidException.class)) {
            return "Its certificate is not good yet: check the clocks of both sides.";
        }
        if (OTHER_HOST.matcher(String.valueOf(e.getMessage())).find()) {
            return "Its certificate is one of another host: configure the registry by a name that the certificate has, or"
                    + " renew it with this one.";
        }
        return HOW;
    }

    private static boolean has(Throwable e, Class<? extends Exception> type) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }
}
