package io.jenkins.plugins.releasetrain

import org.jenkinsci.plugins.workflow.cps.CpsScript

/** One branch per lane; see MicroReleaseVariable. */
class MicroRelease implements Serializable {
    private static final long serialVersionUID = 1

    private final CpsScript script

    MicroRelease(CpsScript script) {
        this.script = script
    }

    def call(Map arguments) {
        script.error("microRelease: there is no block behind it; write it as microRelease(…) { sh 'make test' }")
    }

    def call(Closure body) {
        call([:], body)
    }

    def call(Object unnamed, Closure body) {
        script.error("microRelease: name the parameters, as in environment: 'cd', candidates: [cart: '1.4.2']")
    }

    def call(Map arguments, Closure body) {
        def rest = [:]
        rest.putAll(arguments)
        def failFast = rest.remove('failFast')
        if (failFast != null && !(failFast instanceof Boolean)) {
            script.error("microRelease: failFast is '${failFast}', but must be true or false")
        }
        def lanes = script.steps.microReleaseLanes(rest)
        if (lanes.size() < 2) {
            return script.steps.microRelease(rest, body)
        }
        def branches = [:]
        if (failFast) {
            branches.failFast = true
        }
        for (group in lanes.keySet()) {
            def lane = group
            branches[lane] = {
                script.steps.microRelease(rest + [candidates: lanes[lane]], body)
            }
        }
        return script.parallel(branches)
    }
}
