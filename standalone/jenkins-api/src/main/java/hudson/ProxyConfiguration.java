package hudson;

import hudson.model.Saveable;
import hudson.util.Secret;
import java.io.Serializable;
import java.net.Proxy;
import java.net.http.HttpClient;

public final class ProxyConfiguration implements Saveable, Serializable {
    private static final long serialVersionUID = 1;

    private ProxyConfiguration() {}

    @Override
    public void save() {}

    public Proxy createProxy(String host) {
        throw new UnsupportedOperationException();
    }

    public String getUserName() {
        throw new UnsupportedOperationException();
    }

    public Secret getSecretPassword() {
        throw new UnsupportedOperationException();
    }

    public static HttpClient.Builder newHttpClientBuilder() {
        throw new UnsupportedOperationException();
    }
}
