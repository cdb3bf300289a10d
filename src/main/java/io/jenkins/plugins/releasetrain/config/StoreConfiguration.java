package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer;
import io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer.Tls;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A PostgreSQL database for the store, by fields; without one, it is a file in JENKINS_HOME. */
@Guarded
public final class StoreConfiguration extends AbstractDescribableImpl<StoreConfiguration> {
    private String host;
    private int port = PostgresqlServer.PORT;
    private String database;
    private Tls tls = Tls.PREFER;
    private String caCertificate;
    private String properties;
    private String credentialsId;
    /** Why the URL of an older configuration is not used; it is kept no longer. */
    private String refused;
    /** Of versions that took a free JDBC URL; read, never written. */
    private transient String jdbcUrl;

    @DataBoundConstructor
    public StoreConfiguration(String host, String database) {
        this.host = Util.fixNull(host).trim();
        this.database = Util.fixNull(database).trim();
    }

    public String getHost() {
        return host;
    }

    public int getPort() {
        return port;
    }

    @DataBoundSetter
    public void setPort(int port) {
        this.port = port;
    }

    public String getDatabase() {
        return database;
    }

    public Tls getTls() {
        return tls == null ? Tls.PREFER : tls;
    }

    @DataBoundSetter
    public void setTls(Tls tls) {
        this.tls = tls;
    }

    /** PEM of the server's authority; null: those that Java trusts. */
    @CheckForNull
    public String getCaCertificate() {
        return caCertificate;
    }

    @DataBoundSetter
    public void setCaCertificate(String caCertificate) {
        this.caCertificate = Util.fixEmptyAndTrim(caCertificate);
    }

    /** Lines of {@code name=value}. */
    @CheckForNull
    public String getProperties() {
        return properties;
    }

    @DataBoundSetter
    public void setProperties(String properties) {
        this.properties = Util.fixEmptyAndTrim(properties);
    }

    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** Null: what older configuration as code says becomes fields. */
    @CheckForNull
    public String getJdbcUrl() {
        return null;
    }

    @DataBoundSetter
    public void setJdbcUrl(String url) {
        if (Util.fixEmptyAndTrim(url) == null) {
            return;
        }
        try {
            PostgresqlServer server = PostgresqlServer.parse(url.trim());
            host = server.host();
            port = server.port();
            database = server.database();
            tls = server.tls();
            properties = server.properties().isEmpty()
                    ? null
                    : new TreeMap<>(server.properties())
                            .entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining("\n"));
        } catch (EngineException e) {
            host = "";
            database = "";
            refused = e.getMessage();
        }
    }

    private Object readResolve() {
        setJdbcUrl(jdbcUrl);
        jdbcUrl = null;
        return this;
    }

    /** @throws EngineException where a field does not fit */
    public PostgresqlServer server() {
        if (refused != null) {
            throw EngineException.invalid(refused);
        }
        return new PostgresqlServer(
                Util.fixNull(host),
                port,
                Util.fixNull(database),
                getTls(),
                Util.fixNull(caCertificate),
                PostgresqlServer.properties(Util.fixNull(properties)));
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainStore")
    public static final class DescriptorImpl extends Descriptor<StoreConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("store");
        }

        @POST
        public ListBoxModel doFillTlsItems() {
            Forms.checkAdminister();
            return Choices.of("tls", Tls.class);
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return Forms.credentials(credentialsId, "", StandardUsernamePasswordCredentials.class);
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StandardUsernamePasswordCredentials.class);
        }

        @POST
        public FormValidation doCheckHost(@QueryParameter String value) {
            return Forms.checkRule(() -> new StoreConfiguration(value, "any").server());
        }

        @POST
        public FormValidation doCheckDatabase(@QueryParameter String value) {
            return Forms.checkRule(() -> new StoreConfiguration("any", value).server());
        }

        @POST
        public FormValidation doCheckProperties(@QueryParameter String value) {
            return Forms.checkRule(() -> {
                StoreConfiguration store = new StoreConfiguration("any", "any");
                store.setProperties(value);
                store.server();
            });
        }

        @POST
        public FormValidation doTestConnection(
                @QueryParameter String host,
                @QueryParameter int port,
                @QueryParameter String database,
                @QueryParameter String tls,
                @QueryParameter String caCertificate,
                @QueryParameter String properties,
                @QueryParameter String credentialsId) {
            Forms.checkAdminister();
            return Forms.host().test(store(host, port, database, tls, caCertificate, properties, credentialsId));
        }

        /** Into the database of the form, which is empty, before it is saved. */
        @POST
        public FormValidation doCopyFile(
                @QueryParameter String host,
                @QueryParameter int port,
                @QueryParameter String database,
                @QueryParameter String tls,
                @QueryParameter String caCertificate,
                @QueryParameter String properties,
                @QueryParameter String credentialsId) {
            Forms.checkAdminister();
            return Forms.host().copyFileTo(store(host, port, database, tls, caCertificate, properties, credentialsId));
        }

        private static StoreConfiguration store(
                String host,
                int port,
                String database,
                String tls,
                String caCertificate,
                String properties,
                String credentialsId) {
            StoreConfiguration store = new StoreConfiguration(host, database);
            store.setPort(port);
            store.setTls(Forms.constant(Tls.class, tls, Tls.PREFER));
            store.setCaCertificate(caCertificate);
            store.setProperties(properties);
            store.setCredentialsId(credentialsId);
            return store;
        }
    }
}
