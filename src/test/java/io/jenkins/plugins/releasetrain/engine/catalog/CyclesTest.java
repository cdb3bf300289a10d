package io.jenkins.plugins.releasetrain.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CyclesTest {
    @Provide
    Arbitrary<SortedMap<String, Set<String>>> graphs() {
        Arbitrary<String> names = Arbitraries.of("a", "b", "c", "d", "e", "f", "g");
        return Arbitraries.maps(names, names.set().ofMaxSize(3)).map(TreeMap::new);
    }

    @Property
    void shouldFindCyclesExactlyWhereSomethingReachesItself(@ForAll("graphs") SortedMap<String, Set<String>> graph) {
        boolean cyclic =
                graph.keySet().stream().anyMatch(name -> reachable(graph, name).contains(name));

        assertThat(Cycles.of(graph).isEmpty()).isEqualTo(!cyclic);
    }

    @Property
    void shouldReportMembersInOrderAndNoneTwice(@ForAll("graphs") SortedMap<String, Set<String>> graph) {
        for (List<String> cycle : Cycles.of(graph)) {
            assertThat(cycle).doesNotHaveDuplicates();
            for (int i = 0; i < cycle.size(); i++) {
                assertThat(graph.get(cycle.get(i))).contains(cycle.get((i + 1) % cycle.size()));
            }
        }
    }

    private static Set<String> reachable(Map<String, Set<String>> graph, String from) {
        Set<String> reached = new HashSet<>();
        TreeSet<String> open = new TreeSet<>(graph.get(from));
        while (!open.isEmpty()) {
            String next = open.pollFirst();
            if (reached.add(next)) {
                open.addAll(graph.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }
}
