package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.CatalogScm;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The catalogs as they are now. Those in SCM are read in the background, now and then and when somebody asks; one that
 * cannot be read, or has problems, stays what it was when it was good, also after a restart.
 */
@Restricted(NoExternalUse.class)
public final class Catalogs {
    private static final Logger LOGGER = Logger.getLogger(Catalogs.class.getName());
    private static final Duration UNTIL_FIRST = Duration.ofSeconds(30);

    private final Controller controller;
    private final Clock clock;
    private final CatalogReader reader = new CatalogReader();
    private final CatalogFiles files;
    private final Map<String, CatalogVersion> inline = new ConcurrentHashMap<>();
    private final Map<String, Source> sources = new ConcurrentHashMap<>();

    Catalogs(Controller controller, CatalogFiles files, Clock clock) {
        this.controller = controller;
        this.files = files;
        this.clock = clock;
    }

    /**
     * What is known of a catalog in SCM.
     *
     * @param revision that is used; empty while it was never read
     * @param readAt when that was last seen; null while it was never read
     * @param services how many it has
     * @param problem why the newest look at it was in vain; empty where it was not
     */
    public record Status(String revision, Instant readAt, int services, String problem) {
        private static final Status UNKNOWN = new Status("", null, 0, "");

        /** For people. */
        public String text() {
            return readAt == null
                    ? "It was not read yet."
                    : services + " services of revision " + revision + ", seen "
                            + readAt.truncatedTo(ChronoUnit.SECONDS);
        }

        private Status failed(String why) {
            return new Status(revision, readAt, services, why);
        }

        private static Status of(CatalogVersion version) {
            return new Status(
                    version.revision(),
                    version.readAt(),
                    version.catalog().services().size(),
                    "");
        }
    }

    /** Takes the place of what was configured; all of them are read soon. */
    synchronized void configure(List<CatalogConfiguration> configured) {
        Set<String> names = new HashSet<>();
        for (CatalogConfiguration catalog : configured) {
            if (catalog.getScm() != null && names.add(catalog.getName())) {
                sources.computeIfAbsent(catalog.getName(), Source::new).configure(catalog.getScm());
            } else if (catalog.getScm() == null) {
                files.forget(key(catalog.getName()));
            }
        }
        sources.entrySet().removeIf(e -> {
            if (names.contains(e.getKey())) {
                return false;
            }
            e.getValue().configure(null);
            return true;
        });
    }

    /** @throws EngineException UNAVAILABLE where it is in SCM and was never read; INVALID_INPUT where it has problems */
    CatalogVersion current(CatalogConfiguration catalog) {
        String name = catalog.getName();
        if (catalog.getScm() != null) {
            return sources.computeIfAbsent(name, Source::new).current(catalog.getScm());
        }
        return inline.compute(
                name,
                (key, known) -> known != null && known.text().equals(catalog.getYaml())
                        ? known
                        : new CatalogVersion(catalog.getYaml(), "", clock.instant(), reader.read(catalog.getYaml())));
    }

    /** Of a catalog in SCM. */
    public Status status(String catalog) {
        return Optional.ofNullable(sources.get(catalog)).map(Source::status).orElse(Status.UNKNOWN);
    }

    /**
     * Has a catalog in SCM read now, in the background.
     *
     * @return what came of it
     * @throws EngineException NOT_FOUND where no saved catalog of this name is in SCM
     */
    CompletableFuture<Status> read(String catalog) {
        Source source = sources.get(catalog);
        if (source == null) {
            throw new EngineException(
                    FailureKind.NOT_FOUND,
                    "There is no saved catalog '" + catalog + "' that is in SCM; save the configuration first");
        }
        return source.ask();
    }

    private static String key(String catalog) {
        return "catalog-" + catalog;
    }

    /** One file in SCM. */
    private final class Source {
        private final String name;
        private final Loop loop;
        private final List<CompletableFuture<Status>> waiting = new ArrayList<>();
        private CatalogScm where;
        private CatalogVersion good;
        private Status status = Status.UNKNOWN;

        Source(String name) {
            this.name = name;
            this.loop = new Loop(controller, this::turn);
            files.load(key(name)).ifPresent(this::take);
        }

        /** @param scm null: it is not in SCM any more */
        void configure(CatalogScm scm) {
            synchronized (this) {
                where = scm;
            }
            if (scm == null) {
                files.forget(key(name));
            }
            loop.wake();
        }

        synchronized CatalogVersion current(CatalogScm scm) {
            if (where == null) {
                where = scm;
                loop.wake();
            }
            if (good == null) {
                throw new EngineException(
                        FailureKind.UNAVAILABLE,
                        "Catalog '" + name + "' was not read from its SCM yet"
                                + (status.problem().isEmpty() ? "" : ": " + status.problem()));
            }
            return good;
        }

        synchronized Status status() {
            return status;
        }

        CompletableFuture<Status> ask() {
            CompletableFuture<Status> answer = new CompletableFuture<>();
            synchronized (this) {
                waiting.add(answer);
            }
            loop.wake();
            return answer;
        }

        private Optional<Duration> turn() {
            CatalogScm now;
            List<CompletableFuture<Status>> asked;
            synchronized (this) {
                now = where;
                asked = List.copyOf(waiting);
                waiting.clear();
            }
            if (now != null) {
                look(now);
            }
            asked.forEach(answer -> answer.complete(status()));
            return again(now);
        }

        private synchronized Optional<Duration> again(CatalogScm looked) {
            if (looked == null || looked.getMinutes() == 0 && good != null) {
                return Optional.empty();
            }
            return Optional.of(good == null ? UNTIL_FIRST : Duration.ofMinutes(looked.getMinutes()));
        }

        private void look(CatalogScm scm) {
            try {
                ScmFile file = ScmFile.read(scm);
                CatalogVersion before = known();
                boolean same = before != null && before.text().equals(file.content());
                CatalogVersion read = same
                        ? before.readAgain(file.revision(), clock.instant())
                        : new CatalogVersion(
                                file.content(), file.revision(), clock.instant(), reader.read(file.content()));
                if (!same || !before.revision().equals(read.revision())) {
                    files.keep(key(name), read);
                    LOGGER.log(Level.INFO, "Catalog ''{0}'' is {1}", new Object[] {
                        name, Status.of(read).text()
                    });
                }
                take(read);
            } catch (EngineException e) {
                fail(e.getMessage());
            }
        }

        private synchronized CatalogVersion known() {
            return good;
        }

        private synchronized void take(CatalogVersion read) {
            good = read;
            status = Status.of(read);
        }

        private void fail(String why) {
            boolean isNew;
            synchronized (this) {
                isNew = !why.equals(status.problem());
                status = status.failed(why);
            }
            if (isNew) {
                LOGGER.log(
                        Level.WARNING,
                        "Catalog ''{0}'' cannot be taken from its SCM; it stays as it is: {1}",
                        new Object[] {name, why});
            }
        }
    }
}
