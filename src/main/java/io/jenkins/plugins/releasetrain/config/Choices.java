package io.jenkins.plugins.releasetrain.config;

import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.Arrays;

/** What a drop-down of the forms offers, in the language of whoever looks. */
final class Choices {
    private Choices() {}

    /**
     * All of an enumeration, in its order.
     *
     * @param kind what its labels begin with, as in {@code choice.KIND.NAME}
     */
    static ListBoxModel of(String kind, Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(c -> new ListBoxModel.Option(Labels.of("choice." + kind + "." + c.name()), c.name()))
                .collect(ListBoxModel::new, ListBoxModel::add, ListBoxModel::addAll);
    }
}
