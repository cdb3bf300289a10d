package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** Writes {@code rt_built} and {@code rt_note} from the events, lets items be found by what they tell, and reads them. */
record SqlProvenance(SqlDatabase database, EventCodec codec) implements Provenance {
    private static final int LONGEST_KEY = 255;
    private static final Stretch NOTHING = new Stretch("", "", 0, 0);
    private static final int PEOPLE = 50;
    private static final int ITEMS = 50;
    private static final String EVENT = " JOIN rt_event e ON e.stream = b.stream AND e.version = b.version";
    static final String BUILDS = "SELECT e.type, e.body FROM " + EachOf.digests()
            + " JOIN rt_built b ON b.digest = w.digest" + EVENT + " ORDER BY b.number DESC";
    static final String BETWEEN = "SELECT b.place, e.type, e.body FROM "
            + EachOf.union("SELECT CAST(:place# AS INT) AS place, stream, version, number FROM rt_built"
                    + " WHERE service = :service# AND job = :key#"
                    + " AND number > :after# AND number < :before# AND change_request = 0"
                    + " ORDER BY service, job, number DESC LIMIT :limit")
            + " b" + EVENT + " ORDER BY b.number DESC";

    /** What the events of a stream tell; told twice it changes nothing. */
    static void index(Handle handle, String stream, List<RecordedEvent> events) {
        for (RecordedEvent recorded : events) {
            if (recorded.event() instanceof Event.ImageBuilt e) {
                built(handle, stream, recorded.version(), e);
            } else if (recorded.event() instanceof Event.ReleaseNoted e) {
                noted(handle, stream, recorded.version(), e);
            }
        }
    }

    private static void built(Handle handle, String stream, long version, Event.ImageBuilt e) {
        Built built = e.built();
        Set<String> people = people(built);
        handle.createUpdate(
                        "INSERT INTO rt_built (stream, version, digest, service, job, number, since, change_request,"
                                + " people) VALUES (:stream, :version, :digest, :service, :job, :number, :since, :request,"
                                + " :people) ON CONFLICT DO NOTHING")
                .bind("stream", stream)
                .bind("version", version)
                .bind("digest", e.digest().value())
                .bind("service", built.service())
                .bind("job", key(built.job()))
                .bind("number", built.number())
                .bind("since", built.since().map(Digest::value).orElse(""))
                .bind("request", built.changeRequest() ? 1 : 0)
                .bind("people", String.join("\n", people))
                .execute();
        if (!people.isEmpty()) {
            List<Long> items = handle.createQuery(
                            "SELECT item FROM rt_term WHERE term = :term ORDER BY term, item DESC LIMIT " + ITEMS)
                    .bind("term", Terms.key(Terms.digest(e.digest())))
                    .mapTo(long.class)
                    .list();
            findable(handle, items, people.stream().map(Terms::person).toList());
        }
    }

    /** A job in folders may be called by more than a key takes; then it is known by its hash. */
    private static String key(String job) {
        return job.length() <= LONGEST_KEY ? job : Digest.sha256(job).value();
    }

    private static Set<String> people(Built built) {
        return built.commits().stream()
                .flatMap(c -> Stream.of(c.author(), c.user()))
                .filter(name -> !name.isEmpty())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .limit(PEOPLE)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void noted(Handle handle, String stream, long version, Event.ReleaseNoted e) {
        handle.createUpdate("INSERT INTO rt_note (release_id, stream, version) VALUES (:release, :stream, :version)"
                        + " ON CONFLICT DO NOTHING")
                .bind("release", e.release())
                .bind("stream", stream)
                .bind("version", version)
                .execute();
        handle.createUpdate("UPDATE rt_note SET version = :version WHERE release_id = :release AND stream = :stream"
                        + " AND version < :version")
                .bind("release", e.release())
                .bind("stream", stream)
                .bind("version", version)
                .execute();
        List<Long> items = handle.createQuery("SELECT item FROM rt_item WHERE kind = :kind AND id = :id")
                .bind("kind", Item.RELEASE)
                .bind("id", e.release())
                .mapTo(long.class)
                .list();
        String mark = Terms.state(GOOD);
        items.forEach(item -> handle.createUpdate("DELETE FROM rt_term WHERE term = :term AND item = :item")
                .bind("term", Terms.key(mark))
                .bind("item", item)
                .execute());
        List<String> terms = new ArrayList<>(Terms.words(e.text()));
        if (e.mark().equals(GOOD)) {
            terms.add(mark);
        }
        findable(handle, items, terms);
    }

    private static void findable(Handle handle, List<Long> items, List<String> terms) {
        if (items.isEmpty() || terms.isEmpty()) {
            return;
        }
        PreparedBatch batch =
                handle.prepareBatch("INSERT INTO rt_term (term, item) VALUES (?, ?) ON CONFLICT DO NOTHING");
        terms.stream()
                .map(Terms::key)
                .distinct()
                .sorted()
                .forEach(term ->
                        items.stream().sorted(Comparator.reverseOrder()).forEach(item -> batch.add(term, item)));
        batch.execute();
    }

    /** Who wrote what came with these images, as terms to find items by. */
    static Map<String, List<String>> people(Handle handle, Collection<String> digests) {
        List<String> wanted = List.copyOf(digests);
        Map<String, List<String>> people = new HashMap<>();
        if (!wanted.isEmpty()) {
            handle.createQuery("SELECT digest, people FROM rt_built WHERE digest = ANY(:digests) AND people <> ''")
                    .bindArray("digests", String.class, wanted)
                    .map((row, context) -> people.computeIfAbsent(row.getString("digest"), d -> new ArrayList<>())
                            .addAll(row.getString("people")
                                    .lines()
                                    .map(Terms::person)
                                    .toList()))
                    .list();
        }
        return people;
    }

    @Override
    public Map<Digest, List<Event.ImageBuilt>> builds(Collection<Digest> images) {
        List<String> wanted = images.stream().map(Digest::value).distinct().toList();
        return wanted.isEmpty()
                ? Map.of()
                : database.read("read which builds made images", handle -> {
                    Map<Digest, List<Event.ImageBuilt>> builds = new HashMap<>();
                    handle.createQuery(BUILDS)
                            .bindArray("digests", String.class, wanted)
                            .map((row, context) -> built(row))
                            .forEach(e -> builds.computeIfAbsent(e.digest(), d -> new ArrayList<>())
                                    .add(e));
                    return builds;
                });
    }

    @Override
    public List<List<Event.ImageBuilt>> between(List<Stretch> stretches, int limit) {
        List<List<Event.ImageBuilt>> between = stretches.stream()
                .map(s -> (List<Event.ImageBuilt>) new ArrayList<Event.ImageBuilt>())
                .toList();
        List<Integer> places = IntStream.range(0, stretches.size()).boxed().toList();
        return stretches.isEmpty()
                ? between
                : database.read("read what jobs made", handle -> {
                    EachOf.read(
                            handle,
                            BETWEEN,
                            places,
                            (query, n, place) -> bind(query, n, place == null ? NOTHING : stretches.get(place), place),
                            limit,
                            query -> query.map((row, context) ->
                                            between.get(row.getInt("place")).add(built(row)))
                                    .list());
                    return between;
                });
    }

    private static void bind(Query query, int n, Stretch stretch, Integer place) {
        query.bind("place" + n, place == null ? -1 : place)
                .bind("service" + n, stretch.service())
                .bind("key" + n, key(stretch.job()))
                .bind("after" + n, stretch.after())
                .bind("before" + n, stretch.before());
    }

    private Event.ImageBuilt built(ResultSet row) throws SQLException {
        return (Event.ImageBuilt) codec.read(row.getString("type"), row.getString("body"));
    }

    @Override
    public int namesakes(ImageRecord image) {
        return image.tag().isEmpty()
                ? 0
                : database.read(
                        "look for images called the same",
                        handle -> handle.createQuery("SELECT COUNT(*) FROM rt_image WHERE repository = :repository"
                                        + " AND tag = :tag AND digest <> :digest")
                                .bind("repository", image.repository())
                                .bind("tag", image.tag())
                                .bind("digest", image.digest().value())
                                .mapTo(int.class)
                                .one());
    }

    @Override
    public List<OptionalInt> behind(List<Held> held, int most) {
        return held.isEmpty()
                ? List.of()
                : database.read("look what came since", handle -> new SqlBehind(handle, most).of(held));
    }

    @Override
    public List<Course> courses(String owner, Instant from, Instant to, int limit) {
        return database.read(
                "read the courses of '" + owner + "'", handle -> Courses.read(handle, owner, from, to, limit));
    }

    @Override
    public List<Store.TrialRecord> trials(String stream, int limit) {
        return database.read(
                "list the last trials of '" + stream + "'",
                handle -> new SqlHistory(codec).judged(handle, stream, limit));
    }

    @Override
    public Optional<Event.ReleaseNoted> note(String release) {
        return database.read(
                "read the note on '" + release + "'",
                handle -> handle.createQuery(
                                "SELECT e.type, e.body FROM rt_note b" + EVENT + " WHERE b.release_id = :release")
                        .bind("release", release)
                        .map((row, context) ->
                                (Event.ReleaseNoted) codec.read(row.getString("type"), row.getString("body")))
                        .findOne());
    }
}
