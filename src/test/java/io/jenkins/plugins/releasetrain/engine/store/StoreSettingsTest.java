package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer.Tls;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreSettingsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db.example/releases?user=rt&password=hunter2",
                "jdbc:postgresql://db.example/releases?ssl=true&sslpassword=hunter2",
                "jdbc:postgresql://rt:hunter2@db.example/releases",
                "jdbc:h2:/srv/releases;PASSWORD=hunter2"
            })
    void I9_shouldRefuseAPasswordInTheUrlWithoutRepeatingIt(String url) {
        refused(() -> PostgresqlServer.parse(url));
    }

    private static void refused(Runnable settings) {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(settings::run)
                .withMessageNotContaining("hunter2")
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.INVALID_INPUT);
    }

    /** Each of these made the driver run code, read or write a file, load a class or send data elsewhere. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:h2:mem:x;INIT=CREATE ALIAS P FOR"
                        + " 'java.lang.System.setProperty(java.lang.String,java.lang.String)'",
                "jdbc:h2:tcp://evil.example/x",
                "jdbc:h2:/var/jenkins_home/elsewhere",
                "jdbc:h2:file:/srv/x;TRACE_LEVEL_FILE=3",
                "jdbc:mysql://db.example/x",
                "jdbc:postgresql:releases",
                "jdbc:postgresql://db.example/releases?socketFactory=org.example.Evil&socketFactoryArg=x",
                "jdbc:postgresql://db.example/releases?sslfactory=org.example.Evil",
                "jdbc:postgresql://db.example/releases?authenticationPluginClassName=org.example.Evil",
                "jdbc:postgresql://db.example/releases?sslkey=/etc/key",
                "jdbc:postgresql://db.example/releases?sslrootcert=/etc/cert",
                "jdbc:postgresql://db.example/releases?loggerFile=/srv/log",
                "jdbc:postgresql://db.example/releases?options=-c%20role%3Dadmin",
                "jdbc:postgresql://db.example/releases?service=x",
                "jdbc:postgresql://db.example/releases?ApplicationName=a%0Ab",
                "jdbc:postgresql://db.example/releases?sslmode=nonsense",
                "jdbc:postgresql://db.example/a?b=c?d",
                ""
            })
    void S1_shouldRefuseWhatIsNotAPlainPostgresqlServer(String url) {
        refused(() -> PostgresqlServer.parse(url));
    }

    @Test
    void shouldReadAHarmlessUrlOfAnOlderConfiguration() {
        assertThat(PostgresqlServer.parse(
                        "jdbc:postgresql://db.example:6432/releases?sslmode=verify-full&socketTimeout=30"))
                .isEqualTo(new PostgresqlServer(
                        "db.example", 6432, "releases", Tls.VERIFY_FULL, "", Map.of("socketTimeout", "30")));
        assertThat(PostgresqlServer.parse("jdbc:postgresql://db.example/releases")
                        .port())
                .isEqualTo(5432);
    }

    @ParameterizedTest
    @CsvSource({
        "'',5432,releases",
        "db.example/x?socketFactory=y,5432,releases",
        "db.example,0,releases",
        "db.example,65536,releases",
        "db.example,5432,''",
        "db.example,5432,releases?sslkey=x",
        "db.example,5432,../x"
    })
    void S1_shouldRefuseFieldsThatSmuggleMoreIntoTheConnection(String host, int port, String database) {
        refused(() -> new PostgresqlServer(host, port, database, Tls.PREFER, "", Map.of()));
    }

    @Test
    void shouldReadPropertiesLineByLine() {
        assertThat(PostgresqlServer.properties("socketTimeout = 30\n\n connectTimeout=5\n"))
                .isEqualTo(Map.of("socketTimeout", "30", "connectTimeout", "5"));
        refused(() -> PostgresqlServer.properties("socketTimeout"));
    }

    @Test
    void shouldGiveTheDriverExactlyTheFields() {
        PostgresqlServer server = new PostgresqlServer(
                "a.example,b.example",
                6432,
                "releases",
                Tls.VERIFY_FULL,
                "",
                Map.of("targetServerType", "primary", "currentSchema", "rt"));

        assertThat(server.dataSource("rt", () -> "hunter2").getUrl())
                .startsWith("jdbc:postgresql://a.example:6432,b.example:6432/releases?")
                .contains("sslmode=verify-full", "DefaultJavaSSLFactory", "targetServerType=primary");
    }

    @Test
    void I9_shouldNotShowThePassword() {
        assertThat(postgresql("jdbc:postgresql://db.example/releases", "hunter2")
                        .toString())
                .doesNotContain("hunter2");
    }

    private static StoreSettings postgresql(String url, String password) {
        return new StoreSettings.Postgresql(PostgresqlServer.parse(url), "rt", () -> password);
    }

    @Test
    void S3_shouldSayThatTheDatabaseCannotBeReachedWithoutSayingWhereItIs() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> SqlStore.open(postgresql("jdbc:postgresql://127.0.0.1:1/releases", "")))
                .withMessageContaining("is not available (SQL state 08001)")
                .withMessageNotContaining("127.0.0.1")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE))
                .extracting(SqlFailures::detail)
                .asString()
                .contains("127.0.0.1:1");
    }
}
