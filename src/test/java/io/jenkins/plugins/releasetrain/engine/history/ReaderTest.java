package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReaderTest {
    private final Reader reader = new Reader(job -> job.startsWith("shop/"));

    private static Answer answer(String json) {
        return new Answer(200, "\"of-all\"", json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private String seen(String json, boolean found) {
        return new String(reader.see(answer(json), found, "").body(), StandardCharsets.UTF_8).replace('"', '\'');
    }

    private static final String ITEMS = "{'items':[{'id':'c1','services':['pay'],'reason':'db.internal is"
            + " down','build':'secret/acme#1','url':'job/secret/','user':'eve'},{'id':'c2','services':['cart'],'reason':'answers"
            + " 500','build':'shop/cart#2','url':'job/shop/','user':'ada'}]}";

    @Test
    void S3_ofAJobThatMayNotBeSeenNothingIsToldButThatItWas() {
        assertThat(seen(ITEMS, false))
                .contains("'id':'c1','services':['pay'],'reason':'','build':'a build','url':'','user':'','hidden':true")
                .contains("'reason':'answers 500','build':'shop/cart#2','url':'job/shop/','user':'ada'")
                .doesNotContain("secret", "acme", "eve", "db.internal");
    }

    @Test
    void aBuildThatIsGoneIsNamedWithoutLink() {
        String trial =
                "{'by':{'build':'shop/cart#2','url':'job/shop/2/','log':'job/shop/2/console','tests':'','user':'ada'}}";
        for (Reader somebody : List.of(reader, Reader.ALL)) {
            Reader later = somebody.without(build -> build.equals("shop/cart#2"));
            assertThat(new String(later.see(answer(ITEMS), false, "").body(), StandardCharsets.UTF_8)
                            .replace('"', '\''))
                    .contains("'build':'shop/cart#2','url':'','user':'ada'");
            assertThat(new String(later.see(answer(trial), false, "").body(), StandardCharsets.UTF_8))
                    .contains("shop/cart#2")
                    .doesNotContain("job/");
        }
        assertThat(seen(ITEMS, false)).as("one that is there").contains("'url':'job/shop/'");
        Answer without = answer("{'build':'shop/cart#2','url':''}");
        assertThat(Reader.ALL.without(build -> true).see(without, false, "").body())
                .as("nothing is read that cannot have an address")
                .isSameAs(without.body());
    }

    @Test
    void S3_whatMayNotBeSeenIsNotFoundByWords() {
        assertThat(seen(ITEMS, true)).contains("c2").doesNotContain("c1");
    }

    @Test
    void S3_ofATrialWhoseBuildMayNotBeSeenOnlyTheVerdictIsTold() {
        assertThat(seen(
                        "{'search':{'trials':[{'id':'t1','verdict':'FAILED','reason':'token',"
                                + "'by':{'build':'secret/acme#7','url':'job/secret/','log':'job/secret/console'},"
                                + "'counts':{'passed':7},'failures':[{'name':'AcmeTest','url':'job/secret/t'}],'more':3}]}}",
                        false))
                .contains(
                        "'verdict':'FAILED','reason':'its tests failed','by':null,'counts':null,'failures':[],'more':0")
                .doesNotContain("token", "acme", "Acme", "job/secret");
    }

    /** The names of its tests would tell what a rejection does not. */
    @Test
    void S3_ofARejectionByABuildThatMayNotBeSeenNoTestIsNamed() {
        String change =
                "{'search':{'trials':[{'id':'t1','verdict':'FAILED','by':{'build':'%s/acme#7'},'failures':[]}]},"
                        + "'rejected':{'with':'t1','failed':2,'runs':2,'tests':['AcmeTest'],"
                        + "'failures':[{'name':'AcmeTest','url':'job/x','each':true}]}}";
        assertThat(seen(change.formatted("secret"), false))
                .contains("'with':'t1','failed':2,'runs':2,'tests':[],'failures':[]")
                .doesNotContain("Acme");
        assertThat(seen(change.formatted("shop"), false)).contains("AcmeTest");
    }

    @Test
    void S3_namesWithinReasonsOfOthersAreNotToldEither() {
        assertThat(seen(
                        "{'paused':'superseded by secret/acme#12 (secret/x#3), then by shop/pay#4', 'held':'see #5'}",
                        false))
                .contains("superseded by a build (a build), then by shop/pay#4", "see #5");
    }

    @Test
    void eachReaderHasAnEtagOfItsOwnAndIsToldThatNothingChanged() {
        Answer first = reader.see(answer(ITEMS), false, "");
        assertThat(first.etag()).isNotEqualTo("\"of-all\"");
        assertThat(new Reader(job -> true)
                        .see(answer(ITEMS), false, first.etag())
                        .status())
                .isEqualTo(200);

        Answer again = reader.see(answer(ITEMS), false, "W/" + first.etag());
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void whoSeesAllGetsTheAnswerAsItIs() {
        Answer all = answer(ITEMS);
        assertThat(Reader.ALL.see(all, true, "")).isSameAs(all);
        assertThat(Reader.ALL.see(all, true, "\"of-all\"").status()).isEqualTo(304);
    }

    @Test
    void metricsStayText() {
        Answer text = new Answer(200, "text/plain", "", "a 1".getBytes(StandardCharsets.UTF_8));
        assertThat(reader.see(text, false, "")).isSameAs(text);
    }
}
