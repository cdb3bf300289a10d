package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Condition;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Sign;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FaultRulesTest {
    private static final FaultRules RULES = FaultRules.builtIn();

    /** condition | reason | restarts | fault before the deadline | fault at the deadline | message */
    private static final String SAMPLES = """
        waiting | ErrImagePull | 0 | image | image | Source image rejected: A signature was required, but no signature exists
        waiting | ImagePullBackOff | 0 | environment | environment | Back-off pulling image "dev.example/cart": status 429 Too Many Requests
        waiting | ErrImagePull | 0 | environment | environment | pull QPS exceeded
        waiting | ImagePullBackOff | 0 | environment | environment | unauthorized: authentication required
        waiting | ErrImagePull | 0 | environment | environment | pull access denied, repository does not exist or may require authorization
        waiting | ErrImagePull | 0 | environment | environment | denied: Your authorization token has expired. Reauthenticate and try again.
        waiting | ErrImagePull | 0 | environment | environment | Get "https://dev.example/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)
        waiting | ErrImagePull | 0 | environment | environment | Get "https://dev.example/v2/": http: server gave HTTP response to HTTPS client
        waiting | ErrImagePull | 0 | environment | environment | http2: client connection lost
        waiting | ErrImagePull | 0 | environment | environment | copying layer: stream error: stream ID 7; INTERNAL_ERROR; received from peer
        waiting | ErrImagePull | 0 | environment | environment | reading manifest: StatusCode: 503, "<html>"
        waiting | ErrImagePull | 0 | environment | environment | reading blob sha256:1: received unexpected HTTP status: 502
        waiting | ErrImagePull | 0 | environment | environment | failed to register layer: write /usr/lib/x: input/output error
        waiting | ErrImagePull | 0 | environment | environment | dial tcp: lookup dev.example: no such host
        waiting | ErrImagePull | 0 | environment | environment | tls: failed to verify certificate: x509: certificate signed by unknown authority
        waiting | ImagePullBackOff | 0 | environment | environment | unexpected status from HEAD request: 503 Service Unavailable
        waiting | ErrImagePull | 0 | environment | environment | failed to extract layer: no space left on device
        waiting | ErrImagePull | 0 | image | image | no match for platform in manifest: not found
        waiting | ImagePullBackOff | 0 | image | image | manifest unknown
        waiting | ErrImagePull | 0 | environment | environment | pulled by another name than was asked for, mirror.example/shop/cart@sha256:1: manifest unknown
        waiting | ErrImagePull | 0 | image | image | image operating system "windows" cannot be used on this platform
        waiting | ErrImagePull | 0 | image | image | media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image
        waiting | ErrImagePull | 0 | image | image | failed to resolve reference "dev.example/cart@sha256:1": dev.example/cart@sha256:1: not found
        waiting | ImagePullBackOff | 0 | unknown | unknown | something that nobody has seen yet
        waiting | ErrImageNeverPull | 0 | environment | environment | Container image is not present with pull policy of Never
        waiting | InvalidImageName | 0 | image | image | couldn't parse image reference
        waiting | CreateContainerConfigError | 0 | image | image | container has runAsNonRoot and image will run as root
        waiting | CreateContainerConfigError | 0 | environment | environment | secret "db" not found
        waiting | RunContainerError | 0 | image | image | exec /app: exec format error
        waiting | RunContainerError | 0 | image | image | unable to start container process: exec: "/app": stat /app: no such file or directory
        waiting | CreateContainerError | 0 | unknown | unknown | context deadline exceeded
        waiting | CrashLoopBackOff | 1 | image | image | back-off 10s; last exit code 128, StartError, exec format error
        waiting | CrashLoopBackOff | 2 | environment | environment | back-off 10s; last exit code 137, ContainerStatusUnknown
        waiting | CrashLoopBackOff | 1 | unknown | unknown | back-off 10s restarting failed container
        waiting | CrashLoopBackOff | 4 | unknown | image | back-off 40s restarting failed container; last exit code 1, Error
        waiting | CrashLoopBackOff | 5 | image | image | back-off 80s restarting failed container; last exit code 137, OOMKilled
        waiting | Restarting | 2 | environment | environment | restarted 2 times, and not ready; last exit code 137, ContainerStatusUnknown
        waiting | Restarting | 3 | unknown | image | restarted 3 times, and not ready; last exit code 137, Error
        waiting | Restarting | 1 | unknown | unknown | restarted 1 times, and not ready; last exit code 1, Error
        create | FailedCreate | 0 | environment | environment | pods "cart-1" is forbidden: exceeded quota: compute
        create | FailedCreate | 0 | environment | environment | Internal error occurred: failed calling webhook "check.policy.example": context deadline exceeded
        create | FailedCreate | 0 | environment | environment | failed to create pod: etcdserver: request timed out
        create | FailedCreate | 0 | environment | environment | admission webhook "verify.policy.example" denied the request: failed to verify image registry.example/shop/cart: Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host
        patch | FORBIDDEN | 0 | environment | environment | admission webhook "verify.policy.example" denied the request: registry.example/shop/cart: unexpected status 429 Too Many Requests
        patch | UNAVAILABLE | 0 | environment | environment | Internal error occurred: failed calling webhook "verify.policy.example": context deadline exceeded; image registry.example/shop/cart
        create | FailedCreate | 0 | image | image | admission webhook "check.policy.example" denied the request: registry.example/shop/cart has no signature
        create | FailedCreate | 0 | environment | environment | serviceaccount "cart" not found
        schedule | Unschedulable | 0 | environment | environment | 0/3 nodes are available
        pod | Evicted | 0 | environment | environment | The node was low on resource: memory
        pod | NotReadyToStart | 0 | unknown | environment | its volumes or its network are not there
        pod | Terminating | 0 | unknown | environment | it is to be gone since 2026-01-01T00:00:00Z
        pod | ContainersNotReady | 0 | unknown | unknown | containers with unready status: [main]
        pod | NodeNotReady | 0 | environment | environment | its containers are ready as far as their node said
        pod | PreemptionByScheduler | 0 | environment | environment | default-scheduler: preempting to accommodate a higher priority pod
        pod | DeletionByPodGC | 0 | environment | environment | PodGC: node no longer exists
        pod | OutOfephemeral-storage | 0 | environment | environment | Node didn't have enough resource: ephemeral-storage
        waiting | ErrImagePull | 0 | environment | environment | denied: requested access to the resource is denied
        waiting | ErrImagePull | 0 | environment | environment | failed to authorize: failed to fetch oauth token: unexpected EOF
        waiting | ErrImagePull | 0 | environment | environment | pull QPS exceeded
        waiting | ImagePullBackOff | 0 | environment | environment | read tcp 10.0.0.1:1->10.0.0.2:443: read: connection timed out
        pod | OutOfcpu | 0 | environment | environment | Node didn't have enough resource
        pod | DeadlineExceeded | 0 | unknown | unknown |
        patch | FORBIDDEN | 0 | image | image | admission webhook "sign" denied the request: registry.example/shop/cart is not allowed
        patch | FORBIDDEN | 0 | environment | environment | deployments.apps "cart" is forbidden: User cannot patch
        progress | ProgressDeadlineExceeded | 0 | unknown | unknown | ReplicaSet "cart-1" has timed out progressing.
        """;

    private record Sample(Sign sign, Fault early, Fault late) {
        static Sample parse(String row) {
            List<String> columns =
                    Arrays.stream(row.split("\\|", 6)).map(String::strip).toList();
            return new Sample(
                    new Sign(
                            Condition.valueOf(columns.get(0).toUpperCase(Locale.ROOT)),
                            columns.get(1),
                            Integer.parseInt(columns.get(2)),
                            columns.get(5),
                            Optional.of(TestWorkloads.image("cart", "2"))),
                    Fault.valueOf(columns.get(3).toUpperCase(Locale.ROOT)),
                    Fault.valueOf(columns.get(4).toUpperCase(Locale.ROOT)));
        }
    }

    static Stream<Sample> samples() {
        return SAMPLES.lines().map(Sample::parse);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void I4_tellsWhoseTroubleItIs(Sample sample) {
        assertThat(RULES.judge(sample.sign(), false).fault()).isEqualTo(sample.early());
        assertThat(RULES.judge(sample.sign(), true).fault()).isEqualTo(sample.late());
    }

    /** What services are called says nothing about what happened. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "waiting; ErrImagePull; rate-limiter; failed to resolve reference \"IMAGE\": IMAGE: not found; IMAGE",
                "waiting; ErrImagePull; certificate; no match for platform in manifest IMAGE: not found; IMAGE",
                "waiting; ErrImagePull; tls; Head \"https://registry.example/v2/shop/tls/manifests/x\": manifest unknown; IMAGE",
                "waiting; ErrImagePull; tls-proxy; reading manifest x in mirror.example/hub/shop/tls-proxy: manifest unknown; IMAGE",
                "create; FailedCreate; timeout; admission webhook \"p\" denied the request: IMAGE is not signed; IMAGE",
                "create; FailedCreate; timeout-log; Pod/staging/timeout-log-7d9f8-x1 was blocked: IMAGE; IMAGE",
                "waiting; ErrImagePull; not-found; IMAGE: unexpected status 429; ENVIRONMENT",
                "waiting; ErrImagePull; cart; Get \"https://registry.example/v2/\": dial tcp: no such host; ENVIRONMENT",
                "waiting; ErrImagePull; ratelimit; toomanyrequests: IMAGE: ratelimit exceeded; ENVIRONMENT",
            })
    void I4_namesOfServicesDecideNothing(
            String condition, String reason, String service, String message, Fault expected) {
        ImageReference image = TestWorkloads.image(service, "2");
        Sign sign = new Sign(
                Condition.valueOf(condition.toUpperCase(Locale.ROOT)),
                reason,
                0,
                message.replace("IMAGE", image.toString()),
                Optional.of(image));
        assertThat(RULES.judge(sign, true).fault()).isEqualTo(expected);
    }

    @Test
    void everyRowDecidesAboutASample() {
        List<FaultRule> deciding = new ArrayList<>();
        samples()
                .forEach(s -> List.of(false, true)
                        .forEach(late -> RULES.rules().stream()
                                .filter(rule -> rule.fits(s.sign(), late))
                                .findFirst()
                                .ifPresent(deciding::add)));
        assertThat(deciding).containsAll(RULES.rules());
    }

    @Test
    void asksConfiguredRulesFirst() {
        FaultRules own = FaultRules.parse("# ours\n\nwaiting | ImagePullBackOff | 0 | now | image | nobody has seen\n");
        Sign sign = new Sign(Condition.WAITING, "ImagePullBackOff", 0, "Nobody has seen it", Optional.empty());
        assertThat(RULES.judge(sign, false).fault()).isEqualTo(Fault.UNKNOWN);
        assertThat(own.before(RULES).judge(sign, false).fault()).isEqualTo(Fault.IMAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "waiting | X | 0 | now | image; has 5 columns, not 6",
                "sleeping | X | 0 | now | image | ; condition is 'sleeping', not one of waiting, create",
                " | X | 0 | now | image | ; condition is empty",
                "waiting |  | 0 | now | image | ; reason is empty",
                "waiting | X | -1 | now | image | ; restarts is '-1', not a number",
                "waiting | X | 0 | soon | image | ; when is 'soon', not one of now, lasting, deadline",
                "waiting | X | 0 | now | mine | ; fault is 'mine', not one of image, environment, unknown",
                "waiting | X | 0 | now | image | (; message '(' is not a regular expression"
            })
    void namesTheFieldOfARuleThatIsNone(String rule, String message) {
        assertThatThrownBy(() -> FaultRules.parse(rule)).hasMessageContaining(message);
    }

    @Test
    void refusesTwoRulesThatContradictEachOther() {
        assertThatThrownBy(() ->
                        FaultRules.parse("waiting | X | 0 | now | image | a\nwaiting | X | 0 | now | environment | a"))
                .hasMessageContaining("fault is 'environment', and 'image' in another rule for the same");
    }
}
