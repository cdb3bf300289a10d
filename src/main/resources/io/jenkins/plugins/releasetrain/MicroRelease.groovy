package io.jenkins.plugins.releasetrain

import org.jenkinsci.plugins.workflow.cps.CpsScript

/** One branch per lane; see MicroReleaseVariable. */
class MicroRelease implements Serializable {
    private static final long serialVersionUID = 1

    private final CpsScript script

    MicroRelease(CpsScript script) {
        this.script = script
    }

    def call(Map arguments, Closure body) {
        def lanes = script.steps.microReleaseLanes(arguments.subMap(['environment', 'candidates']))
        if (lanes.size() < 2) {
            return script.steps.microRelease(arguments, body)
        }
        def branches = [:]
        for (group in lanes.keySet()) {
            def lane = group
            branches[lane] = {
                script.steps.microRelease(arguments + [candidates: lanes[lane]], body)
            }
        }
        return script.parallel(branches)
    }
}
