package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class BesideTest {
    private static Workload deployment(String name) {
        return new Workload(Workload.Kind.DEPLOYMENT, name, "");
    }

    private static String name(String tenant, String workload) {
        return new Beside("l", tenant, Isolation.SIDE_BY_SIDE).name(deployment(workload));
    }

    /** Services are pickier than Deployments: RFC 1035; and a route's name gets a number. */
    @Property
    void namesAreAllowedForEverythingWhateverTheWorkloadsName(
            @ForAll
                    @StringLength(min = 1, max = 253)
                    @CharRange(from = 'a', to = 'z')
                    @CharRange(from = '0', to = '9')
                    @Chars({'.', '-'})
                    String workload) {
        assertThat(name("t", workload)).matches("[a-z]([-a-z0-9]*[a-z0-9])?").hasSizeLessThanOrEqualTo(60);
    }

    @Test
    void namesTellWorkloadsAndAttemptsApartAndAreAlwaysTheSame() {
        String shop = "x".repeat(80);
        assertThat(name("l1-1", shop + "a"))
                .isEqualTo(name("l1-1", shop + "a"))
                .isNotEqualTo(name("l1-1", shop + "b"))
                .isNotEqualTo(name("l1-2", shop + "a"));
        assertThat(name("l1-1", "a.b")).isNotEqualTo(name("l1-1", "a-b"));
        assertThat(name("l1-1", "cart")).startsWith("cart-");
    }
}
