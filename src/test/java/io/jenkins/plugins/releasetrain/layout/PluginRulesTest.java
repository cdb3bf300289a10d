package io.jenkins.plugins.releasetrain.layout;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;

/** Rules of the plugin layer (design §10, I10). */
@AnalyzeClasses(packages = "io.jenkins.plugins.releasetrain", importOptions = DoNotIncludeTests.class)
class PluginRulesTest {
    private static final String BASE = "io.jenkins.plugins.releasetrain.";
    /** Ways of a web method to the permission check, by owner and name. */
    private static final Set<String> CHECKS = Set.of(
            BASE + "host.Controller.check",
            // what an administrator shows to everybody
            BASE + "config.Settings.showsBadge",
            BASE + "config.Forms.check",
            BASE + "config.Forms.checkAdminister",
            BASE + "config.Forms.mayConfigure",
            BASE + "config.Forms.checkName",
            BASE + "config.Forms.checkAtLeast",
            BASE + "config.Forms.checkPercent",
            BASE + "config.Forms.checkRule",
            BASE + "config.Forms.credentials",
            BASE + "config.Forms.checkCredentials",
            BASE + "config.Forms.names");

    @ArchTest
    static final ArchRule I10_web_methods_are_POST_or_say_that_they_only_read = methods()
            .that()
            .haveNameMatching("do[A-Z].*")
            .and()
            .arePublic()
            .should(new ArchCondition<>("be POST, or GET and change nothing") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    boolean post = method.isAnnotatedWith("org.kohsuke.stapler.verb.POST")
                            || method.isAnnotatedWith("org.kohsuke.stapler.interceptor.RequirePOST");
                    boolean reads = method.isAnnotatedWith("org.kohsuke.stapler.verb.GET")
                            && method.getMethodCallsFromSelf().stream()
                                    .noneMatch(call -> call.getName().equals("perform"));
                    events.add(new SimpleConditionEvent(method, post || reads, method.getFullName()));
                }
            });

    @ArchTest
    static final ArchRule I10_web_methods_check_a_permission = methods()
            .that()
            .haveNameMatching("do[A-Z].*")
            .and()
            .arePublic()
            .should(new ArchCondition<>("check a permission") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    boolean checks = method.getMethodCallsFromSelf().stream()
                            .map(call -> call.getTargetOwner().getName() + "." + call.getName())
                            .anyMatch(CHECKS::contains);
                    events.add(new SimpleConditionEvent(method, checks, method.getFullName()));
                }
            });

    @ArchTest
    static final ArchRule the_engine_knows_no_plugin_layer = noClasses()
            .that()
            .resideInAPackage(BASE + "engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    BASE + "config..", BASE + "host..", BASE + "steps..", BASE + "actions..", "hudson..", "jenkins..");

    /** Neither JBoss Marshalling nor XStream of the baseline can keep a record. */
    @ArchTest
    static final ArchRule what_a_build_keeps_is_no_record = noClasses()
            .that()
            .resideInAnyPackage(BASE + "steps..", BASE + "actions..")
            .and()
            .areAssignableTo(Serializable.class)
            .should()
            .beRecords();

    @ArchTest
    static final ArchRule actions_know_neither_steps_nor_configuration = noClasses()
            .that()
            .resideInAPackage(BASE + "actions..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BASE + "steps..", BASE + "config..");

    /** It asks {@code ConfigurationHost}, which the host implements. */
    @ArchTest
    static final ArchRule configuration_knows_no_host = noClasses()
            .that()
            .resideInAPackage(BASE + "config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BASE + "host..", BASE + "steps..", BASE + "actions..", BASE + "pages..");

    /** Decisions about access are over plain values. */
    @ArchTest
    static final ArchRule access_knows_no_Jenkins = noClasses()
            .that()
            .haveNameMatching(".*\\.security\\.Access(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("hudson..", "jenkins..", "org.kohsuke..", "org.springframework..");

    /** Its constants are permissions; all else is asked of the facade. */
    @ArchTest
    static final ArchRule Jenkins_itself_is_called_by_the_facade_only = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BASE + "host.Controller")
            .should()
            .callMethodWhere(JavaCall.Predicates.target(
                    HasOwner.Predicates.With.owner(HasName.Predicates.name("jenkins.model.Jenkins"))));

    /** One clock is made and handed on; what pages and graph views keep of their own time besides decides nothing. */
    @ArchTest
    static final ArchRule one_clock = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + "engine..")
            .and()
            .doNotHaveFullyQualifiedName(BASE + "host.ReleaseService")
            .and()
            .doNotHaveFullyQualifiedName(BASE + "pages.TrainsAction")
            .and()
            .doNotHaveFullyQualifiedName(BASE + "steps.Pauses")
            .and()
            .resideInAnyPackage(
                    BASE + "config..",
                    BASE + "host..",
                    BASE + "steps..",
                    BASE + "actions..",
                    BASE + "pages..",
                    BASE + "security..")
            .should()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(Clock.class, "systemDefaultZone")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    /** Who has not installed the JUnit plugin needs none of its types: what uses it is loaded by nobody but Jenkins. */
    @ArchTest
    static final ArchRule what_needs_the_JUnit_plugin_is_used_by_nobody = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BASE + "host.JUnitRecords")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("hudson.tasks.junit..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName(BASE + "host.JUnitRecords");

    /** The same of declarative pipelines. */
    @ArchTest
    static final ArchRule what_needs_declarative_pipelines_is_used_by_nobody = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BASE + "host.RestartedStages")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jenkinsci.plugins.pipeline.modeldefinition..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName(BASE + "host.RestartedStages");

    /** Steps, configuration and permissions are what others may name; the rest may change from release to release. */
    @ArchTest
    static final ArchRule what_is_no_API_says_so = classes()
            .that()
            .resideInAnyPackage(BASE + "host..", BASE + "actions..", BASE + "pages..", BASE + "labels..")
            .and()
            .arePublic()
            .and()
            .areTopLevelClasses()
            .should()
            .beAnnotatedWith("org.kohsuke.accmod.Restricted");

    /** Everything else is handed what it needs, so that it can be tested without Jenkins (design §10). */
    @ArchTest
    static final ArchRule the_service_is_looked_up_by_extensions_only = noClasses()
            .that()
            .areNotAnnotatedWith("hudson.Extension")
            .should()
            .callMethod(BASE + "host.ReleaseService", "get");

    /** Besides, what Jenkins itself makes when it reads a build. */
    @ArchTest
    static final ArchRule the_port_is_looked_up_where_Jenkins_reads_builds_only = noClasses()
            .that()
            .areNotAnnotatedWith("hudson.Extension")
            .and()
            .doNotHaveFullyQualifiedName(BASE + "steps.HostedExecution")
            .and()
            .doNotHaveFullyQualifiedName(BASE + "actions.ImagesAction")
            .should()
            .callMethod(BASE + "host.BuildHost", "here");

    @ArchTest
    static final ArchRule steps_and_builds_know_the_service_by_its_port = noClasses()
            .that()
            .resideInAnyPackage(BASE + "steps..", BASE + "actions..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName(BASE + "host.ReleaseService");

    @ArchTest
    static final ArchRule static_fields_are_final =
            fields().that().areStatic().should().beFinal();
}
