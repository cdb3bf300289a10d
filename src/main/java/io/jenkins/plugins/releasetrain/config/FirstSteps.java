package io.jenkins.plugins.releasetrain.config;

import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What is configured one after the other until a first build can ride: two registries, a catalog, an environment, a train, and
 * a test release.
 */
final class FirstSteps {
    /** By the key of their texts. */
    enum Step {
        DEV("registries"),
        PRODUCTION("registries"),
        CATALOG("catalogs"),
        ENVIRONMENT("environments"),
        TRAIN("trains"),
        TEST("");

        private final String kind;

        Step(String kind) {
            this.kind = kind;
        }
    }

    private FirstSteps() {}

    /** What is there, in the order of the steps; what is not there yet is done next. */
    static List<Step> done(Draft draft) {
        List<Step> done = new ArrayList<>();
        for (RegistryRole role : List.of(RegistryRole.DEV, RegistryRole.PRODUCTION)) {
            if (draft.getRegistries().stream().anyMatch(r -> r.getRole() == role)) {
                done.add(role == RegistryRole.DEV ? Step.DEV : Step.PRODUCTION);
            }
        }
        if (!draft.getCatalogs().isEmpty()) {
            done.add(Step.CATALOG);
        }
        if (!draft.getEnvironments().isEmpty()) {
            done.add(Step.ENVIRONMENT);
        }
        if (!draft.getTrains().isEmpty()) {
            done.add(Step.TRAIN);
        }
        return done;
    }

    /** For the page. */
    public record Shown(Step step, boolean done, boolean next, String code) {
        public String getTitle() {
            return Labels.of("first." + step.name());
        }

        public String getText() {
            return Labels.of("first." + step.name() + ".text");
        }

        public boolean isDone() {
            return done;
        }

        public boolean isNext() {
            return next;
        }

        /** Below the page of the configuration; empty where there is nothing to be filled in. */
        public String getAddress() {
            return step.kind.isEmpty() ? "" : step.kind + "/" + KindPage.NEW + "/";
        }

        /** For a pipeline; empty for none. */
        public String getCode() {
            return code;
        }
    }

    /**
     * All of them, or none where nothing is left to be done.
     *
     * @param used whether a build has ridden or run a lane already; asked for where there is a train alone
     */
    static List<Shown> of(Draft draft, BooleanSupplier used) {
        List<Step> done = done(draft);
        boolean lanes = draft.getEnvironments().stream().anyMatch(e -> e.getCatalog() != null);
        if (lanes || done.contains(Step.TRAIN) && used.getAsBoolean()) {
            return List.of();
        }
        List<Shown> shown = new ArrayList<>();
        boolean before = true;
        for (Step step : Step.values()) {
            boolean isDone = done.contains(step);
            boolean test = step == Step.TEST && done.contains(Step.TRAIN);
            shown.add(new Shown(
                    step,
                    isDone,
                    before && !isDone,
                    test ? code(draft.getTrains().get(0)) : ""));
            before &= isDone;
        }
        return shown;
    }

    /** A test release: it is tried and never promoted. */
    private static String code(TrainConfiguration train) {
        return "monoRelease(train: '" + train.getName() + "', service: 'cart', image: cartImage, promote: false) {\n"
                + "    sh 'make test'\n}";
    }
}
