package io.jenkins.plugins.releasetrain.engine.history;

import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.TreeMap;

/** The words of the pages: {@code pages/texts.properties} (UTF-8) and its translations. */
public final class Texts {
    private static final String BUNDLE = Texts.class.getPackageName() + ".pages.texts";

    private final ResourceBundle bundle;

    private Texts(ResourceBundle bundle) {
        this.bundle = bundle;
    }

    /** English where there is no translation, whatever this machine's own language is. */
    public static Texts of(Locale locale) {
        return new Texts(ResourceBundle.getBundle(
                BUNDLE,
                locale,
                Texts.class.getClassLoader(),
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES)));
    }

    /** For example {@code de}; what is written in no other is English. */
    public String language() {
        String language = bundle.getLocale().getLanguage();
        return language.isEmpty() ? "en" : language;
    }

    public Map<String, String> all() {
        Map<String, String> all = new TreeMap<>();
        bundle.keySet().forEach(key -> all.put(key, bundle.getString(key)));
        return all;
    }
}
