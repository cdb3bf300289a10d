package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.ssl.SingleCertValidatingFactory;

/**
 * A database of a PostgreSQL server, by fields; whatever the driver takes besides that could load classes, read or write
 * files or change what connections do is refused here (pgjdbc, "Connecting to the Database").
 *
 * @param host a name or address, or several separated by commas, of which the first that answers is taken
 * @param tls how much of the server's identity is proven
 * @param certificate PEM of the server's authority; empty for those that Java trusts
 * @param properties of the driver, by its names; only {@link #PROPERTIES}
 */
public record PostgresqlServer(
        String host, int port, String database, Tls tls, String certificate, Map<String, String> properties) {
    public static final int PORT = 5432;

    /** How long to wait, which of several servers, what the server's log says: nothing that loads, reads or writes. */
    private static final Map<String, Pattern> PROPERTIES = new TreeMap<>(Map.of(
            "ApplicationName", Pattern.compile("[\\w .:-]{1,63}"),
            "connectTimeout", Pattern.compile("\\d{1,4}"),
            "currentSchema", Pattern.compile("\\w{1,63}"),
            "loadBalanceHosts", Pattern.compile("true|false"),
            "loginTimeout", Pattern.compile("\\d{1,4}"),
            "prepareThreshold", Pattern.compile("-?\\d{1,4}"),
            "reWriteBatchedInserts", Pattern.compile("true|false"),
            "socketTimeout", Pattern.compile("\\d{1,5}"),
            "targetServerType", Pattern.compile("any|primary|preferPrimary"),
            "tcpKeepAlive", Pattern.compile("true|false")));

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");
    private static final Pattern DATABASE = Pattern.compile("[A-Za-z0-9_$.-]{1,63}");
    private static final int PORTS = 65_535;
    private static final Pattern URL = Pattern.compile(
            "jdbc:postgresql://(?<host>[^/:?@,;]+)(:(?<port>\\d{1,5}))?/(?<database>[^/?;]+)(\\?(?<rest>.*))?");

    /** As the driver's {@code sslmode}. */
    public enum Tls {
        DISABLE,
        PREFER,
        REQUIRE,
        VERIFY_CA,
        VERIFY_FULL;

        String mode() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public PostgresqlServer {
        for (String one : host.split(",", -1)) {
            if (!HOST.matcher(one).matches()) {
                throw refused("its host is not a host's name or address");
            }
        }
        if (port < 1 || port > PORTS) {
            throw refused("its port " + port + " is not between 1 and " + PORTS);
        }
        if (!DATABASE.matcher(database).matches()) {
            throw refused("its database's name may have letters, digits, '_', '$', '.' and '-' only");
        }
        if (!certificate.isEmpty() && !certificate.startsWith("-----BEGIN CERTIFICATE-----")) {
            throw refused("its trusted certificate is not a PEM that begins with -----BEGIN CERTIFICATE-----");
        }
        properties = Map.copyOf(properties);
        properties.forEach((name, value) -> {
            Pattern allowed = PROPERTIES.get(name);
            if (allowed == null) {
                throw refused("the property '" + printable(name) + "' is not one of " + PROPERTIES.keySet());
            } else if (!allowed.matcher(value).matches()) {
                throw refused("the value of the property '" + name + "' is none that it may have");
            }
        });
    }

    private static EngineException refused(String why) {
        return EngineException.invalid("The store's PostgreSQL server cannot be used: " + why);
    }

    private static String printable(String name) {
        return name.replaceAll("[^\\w-]", "?");
    }

    /**
     * A JDBC URL as older configurations have it. What is wrong with it is said without repeating it (I9).
     *
     * @throws EngineException INVALID_INPUT another database, a password, or an option that is not allowed
     */
    public static PostgresqlServer parse(String url) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw EngineException.invalid(
                    "The store's JDBC URL is not jdbc:postgresql://host:port/database, with allowed options at most;"
                            + " give host, port and database of a PostgreSQL server as fields, without user and password."
                            + " H2 is used without a URL, as the file in JENKINS_HOME/release-train");
        }
        Map<String, String> properties = new TreeMap<>();
        if (parts.group("rest") != null && !parts.group("rest").isEmpty()) {
            for (String option : parts.group("rest").split("&")) {
                int equals = option.indexOf('=');
                properties.put(option.substring(0, Math.max(equals, 0)), option.substring(equals + 1));
            }
        }
        String mode = properties.remove("sslmode");
        return new PostgresqlServer(
                parts.group("host"),
                parts.group("port") == null ? PORT : Integer.parseInt(parts.group("port")),
                parts.group("database"),
                mode == null ? Tls.PREFER : tls(mode),
                "",
                properties);
    }

    private static Tls tls(String mode) {
        return Arrays.stream(Tls.values())
                .filter(t -> t.mode().equals(mode))
                .findFirst()
                .orElseThrow(() -> refused("its sslmode is not known"));
    }

    /**
     * What {@code name=value} lines say.
     *
     * @throws EngineException INVALID_INPUT a line without '='
     */
    public static Map<String, String> properties(String lines) {
        Map<String, String> properties = new TreeMap<>();
        for (String line :
                lines.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw refused("its properties are lines of name=value");
            }
            properties.put(
                    line.substring(0, equals).strip(),
                    line.substring(equals + 1).strip());
        }
        return properties;
    }

    /** Asks for the password whenever a connection is made, since passwords are changed while stores are open. */
    private static final class Source extends PGSimpleDataSource {
        private static final long serialVersionUID = 1;

        private final transient Supplier<String> password;

        Source(Supplier<String> password) {
            this.password = password;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return getConnection(getUser(), password.get());
        }
    }

    /** Named here, because DriverManager does not see the drivers of a plugin's class loader. */
    PGSimpleDataSource dataSource(String user, Supplier<String> password) {
        PGSimpleDataSource source = new Source(password);
        String[] hosts = host.split(",");
        source.setServerNames(hosts);
        int[] ports = new int[hosts.length];
        Arrays.fill(ports, port);
        source.setPortNumbers(ports);
        source.setDatabaseName(database);
        source.setUser(user);
        source.setTcpKeepAlive(true);
        source.setSslMode(tls.mode());
        if (!certificate.isEmpty()) {
            source.setSslfactory(SingleCertValidatingFactory.class.getName());
            source.setSslFactoryArg(certificate);
        } else if (tls.compareTo(Tls.VERIFY_CA) >= 0) {
            // The driver's own would look for files in the home of Jenkins' user.
            source.setSslfactory(DefaultJavaSSLFactory.class.getName());
        }
        properties.forEach((name, value) -> source.setProperty(PGProperty.forName(name), value));
        return source;
    }
}
