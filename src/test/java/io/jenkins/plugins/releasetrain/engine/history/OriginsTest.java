package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.image.ImageStream;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Item;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    private static final String SOURCE = "https://github.com/shop/cart.git";
    private static final Clock CLOCK = Clock.fixed(SampleShop.AT, ZoneOffset.UTC);

    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final Origins origins =
            new Origins(store, service -> new SourceLinks("[A-Z]+-\\d+", "https://issues.example/{key}", ""));

    @AfterEach
    void close() {
        store.close();
    }

    private static Digest image(String service, int number) {
        return Digest.sha256(service + number);
    }

    private static Commit commit(String id) {
        return new Commit(id, id + " does SHOP-1", "Bob", "bob", Optional.empty(), "", List.of("SHOP-1"));
    }

    private void built(String service, String job, int number, int since, boolean request, String... commits) {
        Built built = new Built(
                service,
                new Origin(job + "#" + number, "https://ci/job/" + job + "/" + number + "/", "ada"),
                "main",
                request,
                List.of(new Built.Source(SOURCE, "r" + number)),
                since == 0 ? Optional.empty() : Optional.of(image(service, since)),
                Arrays.stream(commits).map(OriginsTest::commit).toList(),
                0);
        new ImageStream(store, image(service, number), CLOCK, e -> {}).built(built);
    }

    private Brought.Commits between(String service, int from, int to) {
        return origins.of(List.of(new Origins.Step(service, image(service, from), image(service, to))))
                .get(0);
    }

    private static List<String> ids(Brought.Commits commits) {
        return commits.commits().stream().map(Brought.Commit::id).toList();
    }

    @Test
    void allBuildsBetweenAreToldEachCommitOnce() {
        built("cart", "cart", 1, 0, false, "a");
        built("cart", "cart", 4, 1, false, "b", "c", "d");
        built("cart", "cart", 5, 4, false, "e", "d");

        Brought.Commits found = between("cart", 1, 5);
        assertThat(ids(found)).containsExactly("e", "d", "b", "c");
        assertThat(found.state()).isEqualTo("ADDED");
        assertThat(found.complete()).isTrue();
        assertThat(found.total()).isEqualTo(4);
        assertThat(found.link()).isEqualTo("https://github.com/shop/cart/compare/r1...r5");
        assertThat(found.commits().get(0).issues())
                .containsExactly(new Brought.Issue("SHOP-1", "https://issues.example/SHOP-1"));
    }

    @Test
    void whatAnOlderImageDoesNotHaveIsTakenBack() {
        built("cart", "cart", 1, 0, false, "a");
        built("cart", "cart", 2, 1, false, "b");

        Brought.Commits found = between("cart", 2, 1);
        assertThat(ids(found)).containsExactly("b");
        assertThat(found.state()).isEqualTo("BACK");
    }

    @Test
    void changeRequestsDoNotCountAndAreTheirOwn() {
        built("cart", "cart/main", 1, 0, false, "a");
        built("cart", "cart/PR-7", 2, 0, true, "p");
        built("cart", "cart/main", 3, 1, false, "b");

        assertThat(between("cart", 1, 2)).isNull();
        assertThat(ids(between("cart", 1, 3))).containsExactly("b");
        Brought.Commits alone = origins.of(List.of(new Origins.Step("cart", null, image("cart", 2))))
                .get(0);
        assertThat(alone.changeRequest()).isTrue();
        assertThat(alone.state()).isEqualTo("MADE");
        assertThat(ids(alone)).containsExactly("p");
    }

    @Test
    void whereABuildIsMissingOrTheJobIsAnotherThatIsSaid() {
        built("cart", "cart", 1, 0, false, "a");
        built("cart", "cart", 3, 2, false, "c");
        built("cart", "other", 9, 0, false, "o");

        Brought.Commits gap = between("cart", 1, 3);
        assertThat(gap.complete()).isFalse();
        assertThat(ids(gap)).containsExactly("c");
        Brought.Commits moved = between("cart", 3, 9);
        assertThat(moved.state()).isEqualTo("UNKNOWN");
        assertThat(moved.commits()).isEmpty();
        assertThat(moved.link()).isEqualTo("https://github.com/shop/cart/compare/r3...r9");
        assertThat(between("cart", 7, 8)).isNull();
    }

    @Test
    void twoServicesOfOneRepositoryHaveTheSameCommitsAndCountThemOnce() {
        for (String service : List.of("cart", "pay")) {
            built(service, "shop", 1, 0, false, "a");
            built(service, "shop", 2, 1, false, "b", "c");
        }
        List<Brought.Commits> found = origins.of(List.of(
                new Origins.Step("cart", image("cart", 1), image("cart", 2)),
                new Origins.Step("pay", image("pay", 1), image("pay", 2))));
        assertThat(found).allSatisfy(f -> assertThat(ids(f)).containsExactly("b", "c"));
        List<View.Difference> told = found.stream()
                .map(f -> new View.Difference("s", "CHANGED", null, null, f))
                .toList();
        assertThat(new People(told).all()).containsExactly(new Brought.Person("Bob", "bob", 2));
        assertThat(new People(told).issues()).hasSize(1);
    }

    @Test
    void tenThousandCommitsAreCountedAndSomeListed() {
        built("cart", "cart", 1, 0, false, "a");
        built(
                "cart",
                "cart",
                2,
                1,
                false,
                IntStream.range(0, 10_000).mapToObj(i -> "c" + i).toArray(String[]::new));

        Brought.Commits found = between("cart", 1, 2);
        assertThat(found.total()).isEqualTo(10_000);
        assertThat(found.commits()).hasSize(Built.COMMITS);
    }

    @Test
    void aBuildIsToldOnceHoweverOftenItTellsIt() {
        built("cart", "cart", 1, 0, false, "a");
        built("cart", "cart", 1, 0, false, "a");

        assertThat(store.version("image/" + image("cart", 1).hex())).isEqualTo(1);
    }

    /** notes(a, c) = notes(a, b) and notes(b, c), what is taken back counted against what came. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void notesAreTheUnionOfTheirParts(long seed) {
        Random random = new Random(seed);
        List<Integer> images = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        int commits = 0;
        for (int number = 1; number <= 40; number++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                waiting.add(0, "k" + commits++);
            }
            boolean fails = random.nextInt(3) == 0;
            if (!fails) {
                int since = images.isEmpty() ? 0 : images.get(images.size() - 1);
                built("cart", "cart", number, since, false, waiting.toArray(String[]::new));
                images.add(number);
                waiting.clear();
            }
        }
        for (int i = 0; i < 200; i++) {
            int a = images.get(random.nextInt(images.size()));
            int b = images.get(random.nextInt(images.size()));
            int c = images.get(random.nextInt(images.size()));
            Map<String, Integer> parts = new HashMap<>(signed(a, b));
            signed(b, c).forEach((id, sign) -> parts.merge(id, sign, Integer::sum));
            parts.values().removeIf(sign -> sign == 0);
            assertThat(signed(a, c)).as("%d, %d, %d of %s", a, b, c, images).isEqualTo(parts);
        }
    }

    private Map<String, Integer> signed(int from, int to) {
        Map<String, Integer> signed = new HashMap<>();
        if (from != to) {
            Brought.Commits found = between("cart", from, to);
            assertThat(found.complete()).isTrue();
            ids(found).forEach(id -> signed.put(id, found.state().equals("BACK") ? -1 : 1));
        }
        return signed;
    }

    @Test
    void itemsAreFoundByTheirAuthorsWheneverTheseAreTold() {
        SampleShop.fill(store);
        assertThat(releasesOf("bob")).doesNotContain("shop-1");
        Built built = new Built(
                "cart",
                new Origin("again#1", "", ""),
                "",
                false,
                List.of(),
                Optional.empty(),
                List.of(new Commit("x", "x", "Eve Ex", "eve-x", Optional.empty(), "", List.of())),
                0);
        new ImageStream(store, image("cart", 1), CLOCK, e -> {}).built(built);

        assertThat(releasesOf("eve-x")).containsExactly("shop-1");
        assertThat(releasesOf("Eve Ex")).containsExactly("shop-1");
    }

    private List<String> releasesOf(String person) {
        return store.history(HistoryQuery.newest(Terms.person(person), 9)).items().stream()
                .map(Item::id)
                .toList();
    }
}
