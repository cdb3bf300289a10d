package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import hudson.Util;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.net.URI;
import java.net.URISyntaxException;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** How the form says where a cluster is, and who asks there. */
final class ClusterForms {
    private ClusterForms() {}

    /** A kubeconfig, or a token. */
    static CredentialsMatcher accepted() {
        return CredentialsMatchers.anyOf(
                CredentialsMatchers.instanceOf(FileCredentials.class),
                CredentialsMatchers.instanceOf(StringCredentials.class));
    }

    /** A token goes there with every request, so only what does not leave the machine may be plain HTTP. */
    static void checkServer(String url) {
        if (url == null) {
            return;
        }
        try {
            URI server = new URI(url);
            boolean near = Util.fixNull(server.getHost()).matches("localhost|127\\.[0-9.]+|\\[::1]");
            if (server.getHost() == null
                    || server.getUserInfo() != null
                    || !("https".equals(server.getScheme()) || near && "http".equals(server.getScheme()))) {
                throw EngineException.invalid(
                        "an API server is called as in 'https://k8s.example:6443'; plain HTTP is for"
                                + " a proxy on this machine only");
            }
        } catch (URISyntaxException e) {
            throw EngineException.invalid("not a URL");
        }
    }
}
