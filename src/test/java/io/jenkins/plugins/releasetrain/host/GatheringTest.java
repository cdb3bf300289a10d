package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatheringTest {
    private final List<Past> job = new ArrayList<>();

    /** @param asked how often it was asked for commits */
    private record Past(List<Past> job, int number, Map<String, Digest> images, List<Commit> commits, int[] asked)
            implements Gathering.Build {
        @Override
        public Origin origin() {
            return new Origin("cart#" + number, "", "");
        }

        @Override
        public String branch() {
            return "";
        }

        @Override
        public boolean isOfChangeRequest() {
            return false;
        }

        @Override
        public List<Built.Source> sources() {
            return List.of();
        }

        @Override
        public List<Commit> commits() {
            asked[0]++;
            return commits;
        }

        @Override
        public Optional<Digest> made(String service) {
            return Optional.ofNullable(images.get(service));
        }

        @Override
        public Optional<Gathering.Build> before() {
            return number == 1 ? Optional.empty() : Optional.of(job.get(number - 2));
        }
    }

    private Past build(Map<String, Digest> images, String... commits) {
        List<Commit> all = Stream.of(commits)
                .map(id -> new Commit(id, "", "", "", Optional.empty(), "", List.of()))
                .toList();
        Past build = new Past(job, job.size() + 1, images, all, new int[1]);
        job.add(build);
        return build;
    }

    private static Map<String, Digest> image(String service) {
        return Map.of(service, Digest.sha256(service));
    }

    private static List<String> ids(Built built) {
        return built.commits().stream().map(Commit::id).toList();
    }

    @Test
    void failedBuildsInBetweenLoseNothingAndNothingIsToldTwice() {
        build(image("cart"), "a");
        build(Map.of(), "b", "x");
        build(image("pay"), "c", "b");
        Built built = Gathering.of("cart", build(image("cart"), "d"));

        assertThat(ids(built)).containsExactly("d", "c", "b", "x");
        assertThat(built.since()).contains(Digest.sha256("cart"));
        assertThat(ids(Gathering.of("pay", build(image("pay"), "e")))).containsExactly("e", "d");
    }

    @Test
    void theFirstImageOfAJobHasAllThereIs() {
        build(Map.of(), "a");
        Built built = Gathering.of("cart", build(image("cart"), "b"));

        assertThat(ids(built)).containsExactly("b", "a");
        assertThat(built.since()).isEmpty();
    }

    @Test
    void aLongLineOfFailuresIsReadSoFarOnly() {
        IntStream.range(0, 300).forEach(i -> build(Map.of(), "c" + i));
        Built built = Gathering.of("cart", build(image("cart")));

        assertThat(job.stream().mapToInt(b -> b.asked()[0]).sum()).isEqualTo(Gathering.BUILDS);
        assertThat(built.since()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://git.example/shop/cart.git, https://git.example/shop/cart.git",
        "https://ada:s3cret@git.example/shop/cart, https://git.example/shop/cart",
        "git@github.com:shop/cart.git, https://github.com/shop/cart.git",
        "ssh://git@git.example:7999/shop/cart.git, https://git.example/shop/cart.git",
        "/srv/git/cart, ''",
        "http://git.example/cart, ''",
        "javascript:alert(1), ''",
    })
    void I9_addressesOfRepositoriesHaveNobodysCredentials(String url, String address) {
        assertThat(Checkouts.address(url)).isEqualTo(address);
    }
}
