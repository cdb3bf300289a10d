package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One registry that two controllers, or one before and after a change of its settings, write otherwise. */
class SpelledHostsTest {
    private final FakeShop shop = new FakeShop(1, Map.of());
    private final Promoter here = promoter("here");

    private Promoter promoter(String controller) {
        return new Promoter(shop.store, FakeRegistry.copier(), Runnable::run, shop.clock, e -> {}, controller);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private Promoter.Request request(String id, FakeRegistry target) {
        return new Promoter.Request(
                id,
                "",
                shop.dev,
                target,
                List.of(new Promoter.Item("dev/s0", "prod/s0", shop.build("s0", "2"), "production", true)),
                Map.of());
    }

    private void breakHalfWay() {
        shop.production.beforeTag(tag -> {
            throw new EngineException(FailureKind.UNAVAILABLE, "connection reset");
        });
        assertThatThrownBy(() -> here.promote(request("p1", shop.production))).hasMessage("connection reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Production.Example", "production.example:443", "PRODUCTION.example:443"})
    void I6_itsTagsAreHeldHoweverItIsWritten(String host) {
        breakHalfWay();
        FakeRegistry written = new FakeRegistry(host);
        assertThatThrownBy(() -> promoter("there").promote(request("p2", written)))
                .hasMessageContaining("promotion p1 is moving " + host + "/prod/s0:production");
        assertThat(written.moved()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Production.Example", "production.example:443"})
    void I6_itsPromotionsGoOnHoweverItIsWritten(String host) {
        breakHalfWay();
        FakeRegistry written = new FakeRegistry(host);
        written.push("prod/s0", "production", "s0 1");
        assertThat(here.promote(request("p1", written)).promoted()).isTrue();
    }
}
