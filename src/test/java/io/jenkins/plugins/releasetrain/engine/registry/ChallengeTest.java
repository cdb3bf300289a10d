package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ChallengeTest {
    @Test
    void reads_scheme_and_parameters() {
        List<Challenge> challenges = Challenge.parse(
                List.of(
                        "Bearer realm=\"https://auth.example/token\",service=\"a, b\", scope=\"repository:shop/cart:pull,push\""));

        assertThat(challenges)
                .containsExactly(new Challenge(
                        "bearer",
                        Map.of(
                                "realm",
                                "https://auth.example/token",
                                "service",
                                "a, b",
                                "scope",
                                "repository:shop/cart:pull,push")));
    }

    @Test
    void reads_several_challenges_from_one_header_and_from_many() {
        List<Challenge> challenges =
                Challenge.parse(List.of("Negotiate, BASIC Realm=\"say \\\"hi\\\"\"", "Bearer realm=plain"));

        assertThat(challenges).extracting(Challenge::scheme).containsExactly("negotiate", "basic", "bearer");
        assertThat(challenges.get(1).parameter("realm")).contains("say \"hi\"");
        assertThat(challenges.get(2).parameter("realm")).contains("plain");
    }

    @Property
    void never_fails_on_what_a_server_may_send(@ForAll String header) {
        assertThat(Challenge.parse(List.of(header)))
                .allSatisfy(c -> assertThat(c.scheme()).isNotEmpty());
    }
}
