package io.jenkins.plugins.releasetrain.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.security.Access.Person;
import io.jenkins.plugins.releasetrain.security.Access.Rider;
import io.jenkins.plugins.releasetrain.security.Access.Rule;
import io.jenkins.plugins.releasetrain.security.Access.Source;
import io.jenkins.plugins.releasetrain.security.Access.Wish;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTest {
    private static final String WHERE = "Manage Jenkins » Release Train » train 'shop' » Who may";

    private static Rider job(String name) {
        return new Rider(name, Source.OWN, Optional.empty(), Optional.empty(), List.of());
    }

    private static Wish wish(boolean promote, String... services) {
        return new Wish("ride train 'shop'", WHERE, List.of(services), promote);
    }

    private static String refusal(List<Rule> rules, Rider rider, Wish wish) {
        return Access.refusal(rules, rider, wish).orElse("");
    }

    @Test
    void J_anybody_promotes_whereNobodyIsNamedNobodyMay() {
        assertThat(refusal(List.of(), job("shop/cart"), wish(false, "cart")))
                .startsWith("Nobody may ride train 'shop' yet")
                .contains(WHERE);
    }

    @ParameterizedTest
    @CsvSource({
        "shop/cart, shop/cart, true",
        "shop/cart, shop/cart/main, true",
        "shop, shop/cart/main, true",
        "shop/, shop/cart, true",
        "shop/*, shop/cart/PR-7, true",
        "*, anything/at/all, true",
        "**, anything/at/all, true",
        "**/release, a/b/release, true",
        "shop/c*t, shop/cart, true",
        "shop/cart, shop/cart2, false",
        "shop/cart, other/shop/cart, false",
        "shop/*/main, shop/main, false",
        "shop.cart, shop/cart, false",
        "shop/cart, shop, false",
        "'a, shop/cart', shop/cart, true"
    })
    void aPatternIsOfAJobOrOfAFolderAboveIt(String pattern, String job, boolean may) {
        assertThat(refusal(List.of(Rule.of(pattern, "*", true)), job(job), wish(true, "cart"))
                        .isEmpty())
                .isEqualTo(may);
    }

    @Test
    void J_anybody_promotes_aServiceIsReleasedByItsOwnersOnly() {
        List<Rule> rules = List.of(Rule.of("shop/cart", "cart", true), Rule.of("shop/pay", "pay, pay-*", true));

        assertThat(refusal(rules, job("shop/cart"), wish(true, "cart"))).isEmpty();
        assertThat(refusal(rules, job("shop/pay"), wish(true, "pay", "pay-api")))
                .isEmpty();
        assertThat(refusal(rules, job("shop/cart"), wish(true, "cart", "pay")))
                .contains("Job 'shop/cart' may not ride train 'shop' with 'pay'", WHERE)
                .as("who else may is not told")
                .doesNotContain("shop/pay");
        assertThat(refusal(rules, job("elsewhere"), wish(false, "cart"))).contains("may not");
        assertThat(refusal(rules, job("elsewhere"), wish(false)))
                .as("without any service")
                .contains("may not");
    }

    /** Of a registry they are repositories, which have slashes. */
    @Test
    void allServicesAreAllRepositoriesToo() {
        assertThat(refusal(List.of(Rule.of("**", "*", true)), job("a/b"), wish(true, "shop/deep/cart")))
                .isEmpty();
        assertThat(refusal(List.of(Rule.of("**", "shop/*", true)), job("a/b"), wish(true, "shop/deep/cart")))
                .isNotEmpty();
    }

    @Test
    void aJobMayBeLetForTestsOnly() {
        List<Rule> rules = List.of(Rule.of("shop/nightly", "*", false), Rule.of("shop", "cart", true));

        assertThat(refusal(rules, job("shop/nightly"), wish(false, "pay"))).isEmpty();
        assertThat(refusal(rules, job("shop/nightly"), wish(true, "pay"))).contains("tests only (promote: false)");
        assertThat(refusal(rules, job("shop/nightly"), wish(true, "cart")))
                .as("another line lets it")
                .isEmpty();
    }

    @Test
    void S2_changeRequestsOfStrangersDoNotRideAndOthersAreNotPromoted() {
        List<Rule> all = List.of(Rule.of("**", "*", true));
        Rider fork = new Rider("shop/cart/PR-1", Source.FORK, Optional.empty(), Optional.empty(), List.of());
        Rider own = new Rider("shop/cart/PR-2", Source.CHANGE_REQUEST, Optional.empty(), Optional.empty(), List.of());

        assertThat(refusal(all, fork, wish(false, "cart"))).contains("another repository");
        assertThat(refusal(all, own, wish(false, "cart"))).isEmpty();
        assertThat(refusal(all, own, wish(true, "cart"))).contains("promote: false");
    }

    @Test
    void S2_aReplayMayWhatThePersonMayWhoDidIt() {
        List<Rule> all = List.of(Rule.of("**", "*", true));
        Person nobody = new Person("mallory", false, false);
        Person rider = new Person("bob", true, false);
        Person releaser = new Person("ada", true, true);

        assertThat(refusal(all, replayedBy(nobody), wish(false, "cart")))
                .contains("was replayed by 'mallory'", "Release/Run");
        assertThat(refusal(all, replayedBy(rider), wish(false, "cart"))).isEmpty();
        assertThat(refusal(all, replayedBy(rider), wish(true, "cart"))).contains("Release/Promote");
        assertThat(refusal(all, replayedBy(releaser), wish(true, "cart"))).isEmpty();
    }

    private static Rider replayedBy(Person person) {
        return new Rider("shop/cart", Source.OWN, Optional.of(person), Optional.empty(), List.of());
    }

    @Test
    void S2_aBuildThatRunsAsSomebodyNeedsPromoteForWhatIsPromoted() {
        List<Rule> all = List.of(Rule.of("**", "*", true));
        Rider asRider = new Rider(
                "shop/cart", Source.OWN, Optional.empty(), Optional.of(new Person("ci", true, false)), List.of());
        Rider asNobody = new Rider(
                "shop/cart", Source.OWN, Optional.empty(), Optional.of(new Person("dev", false, true)), List.of());

        assertThat(refusal(all, asRider, wish(false, "cart"))).isEmpty();
        assertThat(refusal(all, asRider, wish(true, "cart"))).contains("runs as 'ci'", "Release/Promote");
        assertThat(refusal(all, asNobody, wish(true, "cart"))).contains("runs as 'dev'", "Release/Run");
    }

    @Test
    void J_anybody_promotes_aJobThatWasRenamedIntoAPatternMayNoMoreThanBefore() {
        List<Rule> owners = List.of(Rule.of("cart-*, old/cart", "cart", true));

        assertThat(refusal(owners, renamed("mine"), wish(true, "cart")))
                .contains("'cart-evil' was 'mine' until 'mallory' renamed or moved it", "Release/Configure");
        assertThat(refusal(owners, renamed("cart-other"), wish(true, "cart")))
                .as("it might before")
                .isEmpty();
        assertThat(refusal(owners, renamed("old/cart"), wish(true, "cart"))).isEmpty();
    }

    private static Rider renamed(String from) {
        return new Rider(
                "cart-evil",
                Source.OWN,
                Optional.empty(),
                Optional.empty(),
                List.of(new Access.Former(from, "mallory")));
    }
}
