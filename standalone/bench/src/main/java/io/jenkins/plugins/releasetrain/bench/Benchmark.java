package io.jenkins.plugins.releasetrain.bench;

import java.io.PrintStream;
import java.util.SortedMap;

/** One comparison: everything that is compared is measured interleaved in one run, so that only ratios count. */
interface Benchmark {
    /**
     * Measures and tells about it.
     *
     * @return the figures by name
     */
    SortedMap<String, Double> run(PrintStream out) throws Exception;
}
