package io.jenkins.plugins.releasetrain.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** {@code standalone/bench/run NAME}: runs one benchmark; the last line of its output is one JSON object. */
public final class BenchMain {
    private static final Map<String, Supplier<Benchmark>> BENCHMARKS = new TreeMap<>(Map.of(
            "cluster",
            Clusters::new,
            "contracts",
            Contracts::new,
            "expected",
            Expected::new,
            "history",
            History::new,
            "lanes",
            Lanes::new,
            "promotion",
            Promotion::new,
            "resolve",
            Resolve::new,
            "trains",
            Trains::new));

    private BenchMain() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 1 || !BENCHMARKS.containsKey(args[0])) {
            System.err.println("Usage: run NAME, where NAME is one of " + BENCHMARKS.keySet());
            System.exit(2);
        }
        Map<String, Double> figures = BENCHMARKS.get(args[0]).get().run(System.out);
        System.out.println(new ObjectMapper().writeValueAsString(figures));
        // The clients' threads may live on for a while.
        System.exit(0);
    }
}
