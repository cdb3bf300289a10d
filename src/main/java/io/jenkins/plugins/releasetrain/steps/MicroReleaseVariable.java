package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import groovy.lang.Binding;
import hudson.Extension;
import java.net.URL;
import org.jenkinsci.plugins.workflow.cps.CpsScript;
import org.jenkinsci.plugins.workflow.cps.GlobalVariable;
import org.jenkinsci.plugins.workflow.cps.GroovySourceFileAllowlist;

/**
 * Stands before the step of the same name in scripts, because a step alone cannot open parallel branches at the moment
 * that it likes: {@code MicroRelease.groovy} calls the step once per lane within {@code parallel}.
 */
@Extension
public final class MicroReleaseVariable extends GlobalVariable {
    private static final String SCRIPT = "io.jenkins.plugins.releasetrain.MicroRelease";

    @NonNull
    @Override
    public String getName() {
        return "microRelease";
    }

    @NonNull
    @Override
    public Object getValue(CpsScript script) throws Exception {
        Binding binding = script.getBinding();
        if (binding.hasVariable(getName())) {
            return binding.getVariable(getName());
        }
        // The script's own class loader compiles the resource in continuation passing style, and trusts it.
        Object value = script.getClass()
                .getClassLoader()
                .loadClass(SCRIPT)
                .getConstructor(CpsScript.class)
                .newInstance(script);
        binding.setVariable(getName(), value);
        return value;
    }

    /** Pipelines load Groovy sources of plugins only where that is allowed by name. */
    @Extension
    public static final class Allowed extends GroovySourceFileAllowlist {
        private static final String RESOURCE = "/" + SCRIPT.replace('.', '/') + ".groovy";

        @Override
        public boolean isAllowed(String groovyResourceUrl) {
            URL resource = MicroReleaseVariable.class.getResource(RESOURCE);
            return resource != null && resource.toString().equals(groovyResourceUrl);
        }
    }
}
