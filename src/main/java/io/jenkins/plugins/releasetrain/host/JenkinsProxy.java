package io.jenkins.plugins.releasetrain.host;

import io.fabric8.kubernetes.client.Config;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The way out that is configured for Jenkins, with its exceptions: for registries and for clusters. */
final class JenkinsProxy extends ProxySelector {
    private final Function<String, Optional<Proxy>> byHost;
    private final Supplier<Optional<PasswordAuthentication>> login;

    /**
     * @param byHost the proxy for a host, which may be none; empty where none is configured at all
     * @param login that the proxy asks for
     */
    JenkinsProxy(Function<String, Optional<Proxy>> byHost, Supplier<Optional<PasswordAuthentication>> login) {
        this.byHost = byHost;
        this.login = login;
    }

    @Override
    public List<Proxy> select(URI uri) {
        ProxySelector platform = ProxySelector.getDefault();
        return byHost.apply(uri.getHost())
                .map(List::of)
                .orElseGet(() -> platform == null ? List.of(Proxy.NO_PROXY) : platform.select(uri));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // The connection that failed tells.
    }

    RegistrySettings.Proxy forRegistries() {
        return new RegistrySettings.Proxy(this, login);
    }

    /** Where Jenkins has no proxy, what the kubeconfig and the environment say stays. */
    void applyTo(Config config) {
        byHost.apply(URI.create(config.getMasterUrl()).getHost()).ifPresent(proxy -> {
            String url = proxy.address() instanceof InetSocketAddress address
                    ? "http://" + address.getHostString() + ":" + address.getPort()
                    : null;
            config.setHttpProxy(url);
            config.setHttpsProxy(url);
            config.setNoProxy(null);
            login.get().filter(l -> url != null).ifPresent(l -> {
                config.setProxyUsername(l.getUserName());
                config.setProxyPassword(new String(l.getPassword()));
            });
        });
    }
}
