package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import hudson.ExtensionList;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;

/** What the forms have in common. Nothing is told to, and nothing is done for, users who may not configure (I10). */
final class Forms {
    static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final double ALL = 100;

    private Forms() {}

    static boolean mayConfigure() {
        return host().may(ReleasePermissions.CONFIGURE);
    }

    static boolean mayAdminister() {
        return host().may(Jenkins.ADMINISTER);
    }

    static void check() {
        host().check(ReleasePermissions.CONFIGURE);
    }

    /** For what says where requests and credentials are sent to. */
    static void checkAdminister() {
        host().check(Jenkins.ADMINISTER);
    }

    static ConfigurationHost host() {
        return ExtensionList.lookupSingleton(ConfigurationHost.class);
    }

    /** One of an enumeration, by its name. */
    static <T extends Enum<T>> T constant(Class<T> type, String name, T otherwise) {
        return Arrays.stream(type.getEnumConstants())
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElse(otherwise);
    }

    /** Whether an enumeration has no such name. */
    static boolean isNone(Class<?> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .noneMatch(c -> ((Enum<?>) c).name().equals(name));
    }

    /** @param sentence English, as a rule says it */
    static FormValidation error(String sentence) {
        return FormValidation.error(Labels.said(sentence));
    }

    static FormValidation checkName(String value) {
        if (!mayConfigure() || NAME.matcher(value).matches()) {
            return FormValidation.ok();
        }
        return error("Lower case letters, digits and dashes, at most 63, as in 'shop'");
    }

    static FormValidation checkAtLeast(String value, int least) {
        if (!mayConfigure()) {
            return FormValidation.ok();
        }
        try {
            return Integer.parseInt(value.trim()) >= least ? FormValidation.ok() : error("At least " + least);
        } catch (NumberFormatException e) {
            return error("Not a whole number");
        }
    }

    /** @param zero whether none at all is a possible answer */
    static FormValidation checkPercent(String value, boolean zero) {
        if (!mayConfigure()) {
            return FormValidation.ok();
        }
        try {
            double percent = Double.parseDouble(value.trim());
            boolean enough = zero ? percent >= 0 : percent > 0;
            return enough && percent < ALL
                    ? FormValidation.ok()
                    : error((zero ? "0 or more" : "More than 0") + " and less than 100");
        } catch (NumberFormatException e) {
            return error("Not a number");
        }
    }

    /**
     * @param name null: the controller's
     * @throws EngineException where there is no such time zone
     */
    static ZoneId zone(String name) {
        try {
            return name == null ? ZoneId.systemDefault() : ZoneId.of(name);
        } catch (DateTimeException e) {
            throw EngineException.invalid("'" + name + "' is no time zone; one is called as in 'Europe/Berlin'");
        }
    }

    /** @param rule throws what is told */
    static FormValidation checkRule(Runnable rule) {
        try {
            if (mayConfigure()) {
                rule.run();
            }
            return FormValidation.ok();
        } catch (EngineException e) {
            return error(e.getMessage());
        }
    }

    /**
     * By the pattern of the credentials plugin's docs/consumer.adoc.
     *
     * @param url that they are for, so that those of other domains are left out; empty where it is not known
     */
    static ListBoxModel credentials(String current, String url, Class<? extends StandardCredentials> type) {
        return credentials(current, url, type, CredentialsMatchers.always());
    }

    static ListBoxModel credentials(
            String current, String url, Class<? extends StandardCredentials> type, CredentialsMatcher matcher) {
        StandardListBoxModel items = new StandardListBoxModel();
        if (!mayAdminister()) {
            return items.includeCurrentValue(current);
        }
        return items.includeEmptyValue()
                .includeMatchingAs(
                        ACL.SYSTEM2,
                        host().root(),
                        type,
                        URIRequirementBuilder.fromUri(url).build(),
                        matcher)
                .includeCurrentValue(current);
    }

    static FormValidation checkCredentials(String id, Class<? extends StandardCredentials> type) {
        if (!mayAdminister() || id.isBlank() || host().hasCredentials(id, type)) {
            return FormValidation.ok();
        }
        return error("There are no such credentials in the system store");
    }

    /** Names of what is saved, and the current one, which may be new. */
    static <T> ListBoxModel names(
            Function<ReleaseTrainConfiguration, List<T>> list, Function<T, String> name, String current) {
        ListBoxModel items = new ListBoxModel();
        if (mayConfigure()) {
            list.apply(ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class)).stream()
                    .map(name)
                    .forEach(items::add);
        }
        if (current != null && !current.isBlank() && items.stream().noneMatch(o -> o.value.equals(current))) {
            items.add(current);
        }
        return items;
    }
}
