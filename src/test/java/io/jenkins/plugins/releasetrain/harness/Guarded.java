package io.jenkins.plugins.releasetrain.harness;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider.FolderCredentialsProperty;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.DomainCredentials;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.ExtensionList;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryRole;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import java.util.stream.Stream;
import org.jvnet.hudson.test.JenkinsRule;

/** A production registry with the name {@code guarded}, whose credentials only the jobs of one folder see. */
final class Guarded {
    private Guarded() {}

    /** Adds it to what is configured. */
    static void configure(EmbeddedRegistry registry, String credentials) {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        RegistryConfiguration target = new RegistryConfiguration("guarded", registry.host());
        target.setRole(RegistryRole.PRODUCTION);
        target.setAccess(Shop.EVERYBODY);
        target.setPlainHttp(true);
        target.setCredentialsId(credentials);
        configuration.setRegistries(Stream.concat(configuration.getRegistries().stream(), Stream.of(target))
                .toList());
    }

    /** A folder {@code team} that has the credentials. */
    static Folder folder(JenkinsRule jenkins, String id, String user, String password) throws Exception {
        Folder folder = jenkins.createProject(Folder.class, "team");
        FolderCredentialsProperty property = new FolderCredentialsProperty(new DomainCredentials[0]);
        folder.addProperty(property);
        CredentialsStore store = property.getStore();
        store.addCredentials(
                Domain.global(), new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, id, "", user, password));
        return folder;
    }
}
