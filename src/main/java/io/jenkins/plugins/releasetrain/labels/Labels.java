package io.jenkins.plugins.releasetrain.labels;

import org.jvnet.localizer.Localizable;
import org.jvnet.localizer.ResourceBundleHolder;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Names of what the plugin adds to Jenkins: {@code Labels.properties} and its translations. No generated {@code Messages}, since
 * the build without Jenkins has no generator for them.
 */
@Restricted(NoExternalUse.class)
public final class Labels {
    private static final ResourceBundleHolder TEXTS = ResourceBundleHolder.get(Labels.class);

    private Labels() {}

    /** In the language of whoever asks. */
    public static String of(String key) {
        return new Localizable(TEXTS, key).toString();
    }

    /** What a rule says, in the language of whoever asks, as far as it is translated. */
    public static String said(String sentence) {
        return new Sentences(of("said")).said(sentence);
    }
}
