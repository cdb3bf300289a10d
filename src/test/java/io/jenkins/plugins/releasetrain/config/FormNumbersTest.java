package io.jenkins.plugins.releasetrain.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** B5: what is no number is told, and not taken for 0, which for lanes means as many as like to come. */
class FormNumbersTest {
    static Stream<Field> numbers() {
        return Stream.of(
                        RegistryConfiguration.class,
                        EnvironmentConfiguration.class,
                        LanesConfiguration.class,
                        CatalogScm.class,
                        TrainConfiguration.class,
                        PolicyConfiguration.class,
                        FreezeConfiguration.class,
                        StoreConfiguration.class,
                        HistoryConfiguration.class)
                .flatMap(part -> Stream.of(part.getDeclaredFields()))
                .filter(field -> !java.lang.reflect.Modifier.isStatic(field.getModifiers()))
                .filter(field -> List.of(int.class, Integer.class, double.class, Double.class)
                        .contains(field.getType()));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void B5_everyNumberOfTheFormIsLookedAt(Field field) {
        Map<String, Object> form = Map.of("trains", List.of(Map.of("inner", Map.of(field.getName(), "abc"))));

        assertThat(FormNumbers.problems(form))
                .singleElement()
                .asString()
                .startsWith(field.getName() + ": 'abc' is not a ");
        assertThat(FormNumbers.problems(Map.of(field.getName(), "3"))).isEmpty();
        assertThat(FormNumbers.problems(Map.of("source", form))).as("of others").isEmpty();
    }
}
