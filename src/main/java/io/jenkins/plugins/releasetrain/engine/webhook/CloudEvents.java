package io.jenkins.plugins.releasetrain.engine.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.BuildNames;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Predicate;

/** What happened, as CloudEvents 1.0 in structured JSON (cloudevents.io, "JSON Event Format", section 3). */
final class CloudEvents {
    static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

    private static final int IMAGES = 100;
    private static final int ID = 32;

    private final ObjectMapper json = Json.mapper();
    private final Store store;
    private final String source;
    private final String controller;
    private final Predicate<String> tells;

    /** One to be sent; {@code id} is the same whenever the same event is sent again. */
    record Message(String id, Kind kind, byte[] body) {}

    private record CloudEvent(
            String specversion,
            String id,
            String source,
            String type,
            String subject,
            Instant time,
            String datacontenttype,
            Map<String, Object> data) {}

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Image(String service, String repository, String tag, String digest) {}

    private record Told(Kind kind, String subject, Map<String, Object> data) {}

    /**
     * @param source URI of this site, as of the CloudEvents attribute
     * @param controller whose builds have their pages at this site
     * @param tells whether others may be told of a job: of another one's builds neither name, address and person nor reason
     */
    CloudEvents(Store store, String source, String controller, Predicate<String> tells) {
        this.store = store;
        this.source = source;
        this.controller = controller;
        this.tells = tells;
    }

    /** Empty for what nobody is told of. */
    Optional<Message> of(String stream, RecordedEvent recorded) {
        return told(stream, recorded.event()).map(told -> {
            String id = "evt_"
                    + Digest.sha256(stream + "#" + recorded.version()).hex().substring(0, ID);
            return new Message(
                    id,
                    told.kind(),
                    write(new CloudEvent(
                            "1.0",
                            id,
                            source,
                            told.kind().type(),
                            told.subject(),
                            recorded.at(),
                            "application/json",
                            told.data())));
        });
    }

    private Optional<Told> told(String stream, Event event) {
        String owner = stream.substring(stream.indexOf('/') + 1);
        if (event instanceof Event.ReleasePromoted e) {
            return store.release(e.release()).map(r -> released(r.made()));
        } else if (event instanceof Event.ChangeEnded e && rejected(e.outcome())) {
            return Optional.of(ejected(owner, e.change(), e.outcome(), e.reason()));
        } else if (event instanceof Event.LaneEnded e && rejected(e.outcome())) {
            return Optional.of(ejected(owner, e.lane(), e.outcome(), e.reason()));
        } else if (event instanceof Event.TrainPaused e) {
            return Optional.of(new Told(
                    Kind.PAUSED,
                    owner,
                    data("train", owner, "reason", BuildNames.seen(e.reason(), tells), "user", e.user())));
        } else if (event instanceof Event.TrainResumed e) {
            return Optional.of(new Told(Kind.RESUMED, owner, data("train", owner, "user", e.user())));
        } else if (event instanceof Event.EnvironmentBroken e) {
            Map<String, Object> data = data("owner", owner, "environment", e.environment(), "since", e.since());
            data.putAll(data("runs", e.runs(), "reason", e.reason(), "due", e.due()));
            return Optional.of(new Told(Kind.BROKEN, e.environment(), data));
        } else if (event instanceof Event.EnvironmentHealed e) {
            Map<String, Object> data = data("owner", owner, "environment", e.environment(), "run", e.run());
            return Optional.of(new Told(Kind.HEALED, e.environment(), data));
        } else if (event instanceof Event.ImageBlocked e) {
            Map<String, Object> data = data("digest", e.digest().value(), "service", e.service());
            data.putAll(data("release", e.release(), "reason", e.reason(), "user", e.user()));
            return Optional.of(new Told(Kind.BLOCKED, e.digest().value(), data));
        } else if (event instanceof Event.ImageUnblocked e) {
            Map<String, Object> data = data("digest", e.digest().value(), "user", e.user());
            return Optional.of(new Told(Kind.UNBLOCKED, e.digest().value(), data));
        }
        return Optional.empty();
    }

    private static boolean rejected(Outcome outcome) {
        return outcome == Outcome.EJECTED || outcome == Outcome.NOT_INSTALLABLE || outcome == Outcome.INCOMPATIBLE;
    }

    private static Told released(Event.ReleaseMade made) {
        Map<String, Object> data = data("release", made.id(), "owner", made.owner(), "number", made.number());
        data.putAll(data("set", made.set().value(), "parent", made.parent(), "rollbackOf", made.rollbackOf()));
        data.putAll(data("changes", made.changes(), "images", images(made.changed())));
        data.put("imagesInTotal", made.changed().size());
        made.user().ifPresent(user -> data.put("user", user));
        made.reason().ifPresent(reason -> data.put("reason", reason));
        made.skipped().ifPresent(skipped -> data.put("skipped", skipped));
        return new Told(made.rollbackOf().isEmpty() ? Kind.RELEASED : Kind.ROLLED_BACK, made.id(), data);
    }

    private Told ejected(String owner, String id, Outcome outcome, String reason) {
        Map<String, Object> data = data("change", id, "owner", owner, "outcome", outcome.name());
        Optional<Entry> request = store.requests(List.of(id)).stream().findFirst();
        boolean told = request.map(entry -> mayTell(entry.origin().build())).orElse(true);
        data.put("reason", told ? BuildNames.seen(reason, tells) : "");
        request.ifPresent(entry -> {
            data.putAll(data(
                    "images",
                    images(entry.images()),
                    "build",
                    told ? entry.origin().build() : BuildNames.A_BUILD));
            if (told) {
                data.putAll(
                        data("url", url(entry.origin()), "user", entry.origin().user()));
            }
        });
        return new Told(Kind.EJECTED, id, data);
    }

    private boolean mayTell(String build) {
        return build.isEmpty() || tells.test(build.substring(0, Math.max(build.lastIndexOf('#'), 0)));
    }

    /** For whoever is not at this site; empty for a build of another controller, whose site is not known here. */
    private String url(Origin origin) {
        if (URI.create(origin.url()).isAbsolute()) {
            return origin.url();
        }
        boolean here = origin.controller().filter(c -> !c.equals(controller)).isEmpty();
        return here && !origin.url().isEmpty() ? URI.create(source).resolve(".").toString() + origin.url() : "";
    }

    private static List<Image> images(SortedMap<String, PinnedImage> images) {
        return images.entrySet().stream()
                .limit(IMAGES)
                .map(e -> new Image(
                        e.getKey(),
                        e.getValue().repository(),
                        e.getValue().tag(),
                        e.getValue().digest().value()))
                .toList();
    }

    private static Map<String, Object> data(Object... namesAndValues) {
        Map<String, Object> data = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            data.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return data;
    }

    private byte[] write(CloudEvent event) {
        try {
            return json.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Event " + event.id() + " cannot be written", e);
        }
    }
}
