package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.States;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Tells what happens while it happens, from the engine's events alone. */
final class Account implements Consumer<Event> {
    private final PrintStream out;
    private final LongSupplier nanoTime;
    private final long begin;
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private final List<Event> events = new ArrayList<>();

    Account(PrintStream out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
    }

    double seconds() {
        return (nanoTime.getAsLong() - begin) / 1e9;
    }

    void headline(String text) {
        out.printf("%n%s%n%s%n", text, "-".repeat(text.length()));
    }

    synchronized void line(String who, String text) {
        out.printf(Locale.ROOT, "%6.1f s  %-18s %s%n", seconds(), who, text);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    /** What a change or lane is called in the account: its services and tags. */
    String name(String id) {
        return names.getOrDefault(id, id);
    }

    /** A text of the engine with ids of changes in it. */
    private String named(String text) {
        String result = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            result = result.replace(name.getKey(), name.getValue());
        }
        return result;
    }

    private String names(Collection<String> ids) {
        return String.join(", ", ids.stream().map(this::name).toList());
    }

    @Override
    public synchronized void accept(Event event) {
        events.add(event);
        if (event instanceof Event.ChangeQueued e) {
            Change change = e.change();
            names.put(change.id(), name(change));
            line("train", name(change) + " is queued" + (change.promote() ? "" : " as a test release"));
        } else if (event instanceof Event.LaneQueued e) {
            names.put(e.lane(), versions(e.candidates()));
            line("lane " + e.group(), name(e.lane()) + " is queued");
        } else if (event instanceof Event.LaneStarted
                || event instanceof Event.LaneTested
                || event instanceof Event.LaneRetried
                || event instanceof Event.LaneEnded) {
            lane(event);
        } else {
            train(event);
        }
    }

    private static String name(Change change) {
        return versions(change.images());
    }

    private static String versions(Map<String, PinnedImage> images) {
        List<String> versions = new ArrayList<>();
        images.forEach((service, image) -> versions.add(service + " " + image.tag()));
        return String.join(" + ", versions);
    }

    private void train(Event event) {
        if (event instanceof Event.ChangeEnded e) {
            boolean released = e.outcome() == Event.Outcome.RELEASED;
            line(
                    "train",
                    name(e.change()) + ": " + States.of(e.outcome()).word()
                            + (released ? " -> " + e.related() : ", " + named(e.reason())));
        } else if (event instanceof Event.BatchDeparted e) {
            line("train", "departs with " + names(e.changes()));
        } else if (event instanceof Event.TrialStarted e) {
            names.put(e.trial(), e.purpose());
            String content = e.changes().isEmpty() ? "what production runs, alone" : names(e.changes());
            line("trial", named(e.purpose()) + ": " + content);
        } else if (event instanceof Event.TrialInstalled e) {
            line("trial", "patched " + e.patched() + ", all rolled out after " + e.milliseconds() + " ms");
        } else if (event instanceof Event.TrialEnded e) {
            line("trial", States.of(e.verdict()).word() + (e.reason().isEmpty() ? "" : ": " + e.reason()));
        } else if (event instanceof Event.ReleaseMade e) {
            line(
                    "release " + e.id(),
                    "changes " + versions(e.changed())
                            + (e.rollbackOf().isEmpty() ? "" : ", back to " + e.rollbackOf()));
        } else if (event instanceof Event.ReleasePromoted e) {
            line("release " + e.release(), "is in production");
        } else if (event instanceof Event.PromotionRefused e) {
            line("release " + e.release(), States.REFUSED.word() + ": " + e.reason());
        } else if (event instanceof Event.ContentPromoted e) {
            line("promotion", e.copiedBlobs() + " blobs copied, " + e.bytes() + " bytes; tags follow");
        } else {
            condition(event);
        }
    }

    private void condition(Event event) {
        if (event instanceof Event.EnvironmentBroken e) {
            line(
                    e.environment(),
                    "is BROKEN since " + clock(e.since()) + ", as " + e.runs().size()
                            + " failed runs say; nobody is blamed, what production runs is tested alone at "
                            + clock(e.due()));
        } else if (event instanceof Event.EnvironmentHealed e) {
            line(e.environment(), "is HEALED, as " + name(e.run()) + " says");
        } else if (event instanceof Event.TroubleElsewhere e) {
            line(e.environment(), "has other trouble, which judges nobody: " + e.trouble());
        } else if (event instanceof Event.TrainPaused e) {
            line("train", "PAUSED: " + e.reason());
        }
    }

    private static String clock(Instant at) {
        return DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).format(at.atOffset(ZoneOffset.UTC));
    }

    private void lane(Event event) {
        if (event instanceof Event.LaneStarted e) {
            String run = name(e.lane()) + (e.control() ? ", what production runs alone" : "");
            names.put(e.lane() + "-" + attempts.merge(e.lane(), 1, Integer::sum), run);
            line(
                    "lane " + run,
                    "is in the environment"
                            + (e.neighbours().isEmpty() ? "" : " beside " + String.join(", ", e.neighbours())));
        } else if (event instanceof Event.LaneTested e) {
            line(
                    "lane " + name(e.lane()),
                    States.of(e.verdict()).word() + (e.reason().isEmpty() ? "" : ": " + e.reason()));
        } else if (event instanceof Event.LaneRetried e) {
            line("lane " + name(e.lane()), "starts again: " + e.reason());
            if (e.stays()) {
                names.put(e.lane() + "-" + attempts.merge(e.lane(), 1, Integer::sum), name(e.lane()));
            }
        } else if (event instanceof Event.LaneEnded e) {
            line("lane " + name(e.lane()), States.of(e.outcome()).word() + ", " + e.reason());
        }
    }
}
