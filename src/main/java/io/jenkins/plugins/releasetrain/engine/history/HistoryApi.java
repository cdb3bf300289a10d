package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The JSON API over the store, and metrics, for GET only; described in docs/api.yaml. Whoever serves it checks permissions first. Every
 * answer is bounded, however large the history is.
 */
public final class HistoryApi {
    private static final Set<String> HISTORY =
            Set.of("owner", "service", "state", "person", "digest", "text", "from", "to", "before", "limit");

    private static final Set<String> NOTES = Set.of("since", "format", "limit");

    /** Of all, since what it learns of classes takes longer than an answer. */
    private static final ObjectMapper JSON = Json.mapper();

    private final Live live;
    private final NowViews now;
    private final OverviewViews overviews;
    private final AtomicReference<Answer> overview = new AtomicReference<>(new Answer(503, "", new byte[0]));
    private final ItemViews items;
    private final CompareViews compared;
    private final ReleaseViews releases;
    private final PlaceViews places;
    private final MatrixViews matrix;
    private final TrendViews trends;
    private final AuditViews audit;
    private final AdviceViews advice;
    private final MetricViews metrics;
    private final ContractViews contracts;

    public HistoryApi(Store store, Clock clock) {
        this(store, clock, new Live(clock), Runnable::run);
    }

    /**
     * What the site is like.
     *
     * @param moves whether a tag names the newest of a line rather than a version
     * @param links where the source of a service is
     * @param outlooks what those who wait may expect
     * @param places what is configured of places, as it is now
     */
    public record Site(
            Predicate<String> moves,
            Function<String, SourceLinks> links,
            Outlook.Source outlooks,
            Supplier<Placing> places) {
        /** With the usual tags that move, no links but those of the usual hosts, and nothing to expect. */
        public static final Site USUAL = new Site(
                MovingTags.USUAL.asMatchPredicate(),
                service -> SourceLinks.NONE,
                Outlook.Source.NONE,
                () -> Placing.NONE);
    }

    public HistoryApi(Store store, Clock clock, Live live, Executor executor) {
        this(store, clock, live, executor, Site.USUAL);
    }

    /**
     * @param live what this process works on
     * @param executor for what takes seconds
     */
    public HistoryApi(Store store, Clock clock, Live live, Executor executor, Site site) {
        Names.Source names = new Names.Source(store, site.moves());
        Differences differences = new Differences(names, new Origins(store, site.links()));
        HeldSets held = new HeldSets(store);
        this.live = live;
        this.now = new NowViews(store, live);
        this.overviews = new OverviewViews(store, now, live, clock, site.outlooks());
        this.items = new ItemViews(store);
        this.compared = new CompareViews(store, items, differences);
        this.releases = new ReleaseViews(store, differences, compared, overviews::train);
        this.places = new PlaceViews(store, held, items, names);
        this.matrix = new MatrixViews(store, now, held, names, site.places());
        this.trends = new TrendViews(store, clock);
        this.audit = new AuditViews(store);
        this.contracts = new ContractViews(store, compared, names);
        this.metrics = new MetricViews(store, clock, live);
        this.advice = new AdviceViews(store, clock, executor);
    }

    /**
     * Answers one GET.
     *
     * @param path raw, for example {@code releases/shop-17}; a leading slash does no harm
     * @param query raw, without question mark; null or empty for none
     * @param ifNoneMatch the header's value; null or empty for none
     */
    public Answer get(String path, String query, String ifNoneMatch) {
        try {
            List<String> parts = Arrays.stream(path.split("/"))
                    .filter(p -> !p.isEmpty())
                    .map(p -> Parameters.decode(p.replace("+", "%2B")))
                    .toList();
            if (parts.equals(List.of("metrics"))) {
                return new Answer(200, OpenMetrics.TYPE, "", metrics.text());
            } else if (parts.equals(List.of("overview"))) {
                return overview(query, ifNoneMatch == null ? "" : ifNoneMatch);
            }
            String asked = query == null ? "" : query;
            NotesForm form = isNotes(parts)
                    ? NotesForm.of(new Parameters(asked, NOTES).text("format").orElse("json"))
                    : NotesForm.JSON;
            return answer(200, view(parts, asked), ifNoneMatch == null ? "" : ifNoneMatch)
                    .as(form);
        } catch (EngineException e) {
            int status =
                    switch (e.kind()) {
                        case INVALID_INPUT -> 400;
                        case NOT_FOUND -> 404;
                        default -> 503;
                    };
            return answer(status, new View.Problem(e.getMessage()), "");
        }
    }

    /** The last trial that failed with a change that was rejected: whose tests, and which of them; empty where none is. */
    public Optional<Searched.TrialNode> proof(String change) {
        View.ChangeView seen = releases.change(change);
        return Optional.ofNullable(seen.rejected())
                .flatMap(r -> seen.search().trials().stream()
                        .filter(n -> n.id().equals(r.with()))
                        .findFirst());
    }

    /** Made once for each version of what it tells of, and known by that before anything of it is read. */
    private Answer overview(String query, String ifNoneMatch) {
        new Parameters(query == null ? "" : query, Set.of());
        String etag = '"' + overviews.version() + '"';
        Answer kept = overview.get();
        if (!kept.etag().equals(etag)) {
            if (isKnown(etag, ifNoneMatch)) {
                return new Answer(304, etag, new byte[0]);
            }
            Answer made = answer(200, overviews.overview(), "");
            kept = new Answer(made.status(), made.status() == 200 ? etag : "", made.body());
            overview.set(kept);
        }
        return isKnown(etag, ifNoneMatch) ? new Answer(304, etag, new byte[0]) : kept;
    }

    /** The release that a change or lane came to production with. */
    Optional<String> releaseOf(String change) {
        return releases.releaseOf(change);
    }

    private static boolean isKnown(String etag, String ifNoneMatch) {
        return Arrays.stream(ifNoneMatch.split(","))
                .map(t -> t.strip().replaceFirst("^W/", ""))
                .anyMatch(t -> t.equals(etag) || "*".equals(t));
    }

    private Answer answer(int status, View view, String ifNoneMatch) {
        try {
            byte[] body = JSON.writeValueAsBytes(view);
            String etag = '"' + Digest.sha256(body).abbreviated() + '"';
            return isKnown(etag, ifNoneMatch)
                    ? new Answer(304, etag, new byte[0])
                    : new Answer(status, status == 200 ? etag : "", body);
        } catch (JsonProcessingException e) {
            byte[] body = "{\"error\":\"The answer cannot be written\"}".getBytes(StandardCharsets.UTF_8);
            return new Answer(503, "", body);
        }
    }

    private View view(List<String> parts, String query) {
        Optional<View> view =
                switch (parts.size()) {
                    case 1 -> many(parts.get(0), query);
                    case 2 -> one(parts.get(0), parts.get(1), query);
                    case 3 ->
                        isNotes(parts)
                                ? Optional.of(with(query, NOTES, p -> releases.notes(parts.get(1), p)))
                                : Optional.empty();
                    default -> Optional.empty();
                };
        return view.orElseThrow(() -> new EngineException(
                FailureKind.NOT_FOUND, "There is nothing at '" + String.join("/", parts) + "'; see docs/api.yaml"));
    }

    private static boolean isNotes(List<String> parts) {
        return parts.size() == 3
                && parts.get(0).equals("releases")
                && parts.get(2).equals("notes");
    }

    private Optional<View> many(String what, String query) {
        return Optional.ofNullable(
                switch (what) {
                    case "now" -> with(query, Set.of(), p -> now.now());
                    case "history" -> with(query, HISTORY, items::history);
                    case "compare" -> with(query, Set.of("from", "to", "after", "limit"), compared::compare);
                    case "contracts" -> with(query, Set.of("item", "from", "to"), contracts::ofImages);
                    case "matrix" -> with(query, MatrixViews.KNOWN, matrix::matrix);
                    case "sets" -> with(query, Set.of(), p -> compared.sets());
                    case "trends" -> with(query, Set.of("owner", "from", "to"), trends::trends);
                    case "audit" -> with(query, Set.of("before", "limit"), audit::audit);
                    case "webhooks" -> with(query, Set.of(), p -> new View.Webhooks(live.deliveries()));
                    case "advisor" -> with(query, Set.of("train", "environments", "lanes"), advice::advice);
                    default -> null;
                });
    }

    private Optional<View> one(String what, String id, String query) {
        return Optional.ofNullable(
                switch (what) {
                    case "trains" -> with(query, Set.of(), p -> overviews.train("train/" + id));
                    case "lanes" -> with(query, Set.of(), p -> overviews.train("lane/" + id));
                    case "releases" -> with(query, Set.of("limit"), p -> releases.release(id, p));
                    case "changes" -> with(query, Set.of(), p -> releases.change(id));
                    case "services" -> with(query, Set.of("before", "limit"), p -> places.timeline(id, p));
                    case "contracts" -> with(query, Set.of("image", "limit"), p -> contracts.contracts(id, p));
                    case "verified" -> with(query, Set.of("limit"), p -> contracts.verified(id, p));
                    case "digests" -> with(query, Set.of(), p -> places.whereIs(id));
                    default -> null;
                });
    }

    private static View with(String query, Set<String> known, Function<Parameters, View> view) {
        return view.apply(new Parameters(query, known));
    }
}
