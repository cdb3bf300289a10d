package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hudson.AbortException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Design §12: what a script hands over, in one sentence that names step, parameter and value. */
class ArgumentsTest {
    private static final Arguments KNOWN = new Arguments(
            "someStep",
            Map.of(
                    "environment", Arguments.Kind.NEEDED,
                    "image", Arguments.Kind.TEXT,
                    "images", Arguments.Kind.LIST,
                    "candidates", Arguments.Kind.MAP,
                    "promote", Arguments.Kind.FLAG,
                    "priority", Arguments.Kind.NUMBER));

    private static Map<String, Object> with(String name, Object value) {
        Map<String, Object> arguments = new HashMap<>(Map.of("environment", "cd"));
        arguments.put(name, value);
        return arguments;
    }

    static List<org.junit.jupiter.params.provider.Arguments> mistakes() {
        BigDecimal number = new BigDecimal("1.1");
        return List.of(
                org.junit.jupiter.params.provider.Arguments.of(
                        with("candidates", Map.of("cart", number)),
                        "the value of 'cart' in candidates is the number 1.1; write it as text in quotes, as in"
                                + " '1.10'"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("candidates", Map.of("cart", 17)),
                        "the value of 'cart' in candidates is the number 17; write it as text in quotes, as in '1.10'"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("candidates", Collections.singletonMap("cart", null)),
                        "'cart' in candidates has no value"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("candidates", Map.of("cart", Map.of())),
                        "the value of 'cart' in candidates is a map; write it as text in quotes, as in '1.10'"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("candidates", List.of()),
                        "candidates is a list, but must be a map, as in [cart: '1.4.2']"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("images", List.of(17)),
                        "an item of images is the number 17; write it as text in quotes, as in '1.10'"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("images", Arrays.asList((Object) null)),
                        "an item of images is empty; write it as text in quotes, as in '1.10'"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("images", "shop/cart:1.4.2"),
                        "images is the text 'shop/cart:1.4.2', but must be a list, as in ['shop/cart:1.4.2']"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("image", number), "image is the number 1.1; write it as text in quotes, as in '1.10'"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("promote", "perhaps"), "promote is the text 'perhaps', but must be true or false"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("priority", "high"),
                        "priority is the text 'high', but must be a whole number of at most nine digits"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("priority", 4_294_967_296L),
                        "priority is the number 4294967296, but must be a whole number of at most nine digits"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("priority", new BigDecimal("1.9")),
                        "priority is the number 1.9, but must be a whole number of at most nine digits"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("promote", "x\n[Pipeline] End of Pipeline\u001b[8m\n" + "y".repeat(5_000)),
                        "promote is the text 'x [Pipeline] End of Pipeline [8m " + "y".repeat(67)
                                + "…', but must be true or false"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("candidates", Collections.singletonMap("a\nb", null)), "'a b' in candidates has no value"),
                org.junit.jupiter.params.provider.Arguments.of(with("environment", null), "environment has no value"),
                org.junit.jupiter.params.provider.Arguments.of(
                        with("enviroment", "cd"),
                        "there is no parameter 'enviroment', but candidates, environment, image, images, priority,"
                                + " promote"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void JP_6_B4_aMistakeIsOneSentence(Map<String, Object> given, String sentence) {
        assertThatThrownBy(() -> KNOWN.check(given))
                .isInstanceOf(AbortException.class)
                .hasMessage("someStep: " + sentence);
    }

    @Test
    void whatIsRightIsHandedOnAsText() throws Exception {
        Map<String, Object> given = with("candidates", Map.of("cart", new StringBuilder("1.4.2")));
        given.put("image", null);
        given.put("promote", false);
        given.put("priority", 5);

        assertThat(KNOWN.check(given))
                .isEqualTo(Map.of(
                        "environment", "cd", "candidates", Map.of("cart", "1.4.2"), "promote", false, "priority", 5));
    }
}
