package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries that tell in another way than by a 404 of their own that something is not there. */
class AbsentByErrorsTest {
    /** harbor#17582: the store behind it fails when it is asked for what it does not hold; what is put is stored. */
    @ParameterizedTest
    @ValueSource(ints = {500, 502})
    void whatCannotBeLookedForIsPut(int status) throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(Oddities.failingAtAbsentContent(status)))) {
            Promoter.Result result = world.oneByOne().promote(world.request("p1"));
            assertThat(result.promoted()).as(result.reason()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }

    /** registry-cli#14: HEAD of a manifest leads to a page (Nexus 3.2); GET gives it. */
    @Test
    void I7_whatDoesNotKnowOfHeadIsAskedOtherwise() throws Exception {
        RegistryOptions options = RegistryOptions.DEFAULT.being(Oddities.pagingAtHeads());
        try (HttpWorld world = new HttpWorld(options, options)) {
            SampleImages images = SampleImages.at(world.production.origin());
            images.push("shop/s0", "2", SampleImage.of("s0", "theirs"));
            EngineException taken = catchThrowableOfType(
                    EngineException.class, () -> world.oneByOne().promote(world.request("p1")));
            assertThat(taken).isNotNull().extracting(EngineException::kind).isEqualTo(FailureKind.CONFLICT);
            images.push("shop/s0", "2", SampleImage.of("s0", "2"));
            assertThat(world.oneByOne().promote(world.request("p2")).promoted()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }
}
