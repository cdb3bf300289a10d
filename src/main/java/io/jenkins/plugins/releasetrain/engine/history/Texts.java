package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.States;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The words of the pages: {@code pages/texts.properties} (UTF-8) and its translations, and what pages say in other languages
 * for the engine's own sentences.
 */
public final class Texts {
    private static final String PAGES = Texts.class.getPackageName() + ".pages.";
    private static final String INSTEAD = " => ";

    /** Pages that each page leads to. */
    private static final List<String> TABS = List.of("overview", "history", "places", "compare", "trends", "audit");

    private final ResourceBundle bundle;
    private final ResourceBundle sentences;

    private Texts(ResourceBundle bundle, ResourceBundle sentences) {
        this.bundle = bundle;
        this.sentences = sentences;
    }

    /** A sentence of the engine, and what is said instead; {@code {0}} and so on stand for the same in both. */
    public record Sentence(String is, String said) {
        /** As it is written. */
        public String line() {
            return is + INSTEAD + said;
        }
    }

    /** A page that each page leads to. @param path of it below the pages' own; empty for the first */
    public record Tab(String name, String path, String text) {}

    /** English where there is no translation, whatever this machine's own language is. */
    public static Texts of(Locale locale) {
        return new Texts(bundle("texts", locale), bundle("sentences", locale));
    }

    private static ResourceBundle bundle(String name, Locale locale) {
        return ResourceBundle.getBundle(
                PAGES + name,
                locale,
                Texts.class.getClassLoader(),
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    /** For example {@code de}; what is written in no other is English. */
    public String language() {
        String language = bundle.getLocale().getLanguage();
        return language.isEmpty() ? "en" : language;
    }

    /** In the order in which they are compared; none in English. */
    public List<Sentence> sentences() {
        return new TreeSet<>(sentences.keySet())
                .stream()
                        .map(sentences::getString)
                        .map(line -> line.split(INSTEAD, 2))
                        .map(parts -> new Sentence(parts[0], parts[1]))
                        .toList();
    }

    public List<Tab> tabs() {
        return TABS.stream()
                .map(name -> new Tab(name, name.equals(TABS.get(0)) ? "" : name, text("tab." + name)))
                .toList();
    }

    public String text(String key) {
        return bundle.getString(key);
    }

    public Map<String, String> all() {
        Map<String, String> all = new TreeMap<>();
        for (States state : States.values()) {
            all.put(state.key(), state.word());
        }
        bundle.keySet().forEach(key -> all.put(key, bundle.getString(key)));
        return all;
    }
}
