package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Provenance;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Who did what by hand. */
final class AuditViews {
    private final Store store;

    AuditViews(Store store) {
        this.store = store;
    }

    View.Audit audit(Parameters p) {
        int limit = p.number("limit", ItemViews.PAGE, ItemViews.LARGEST_PAGE);
        List<Store.ByHand> entries = store.byHand(p.key("before"), limit);
        String next = entries.size() < limit
                ? ""
                : String.valueOf(entries.get(entries.size() - 1).key());
        return new View.Audit(entries.stream().map(this::deed).toList(), next);
    }

    private View.Deed deed(Store.ByHand entry) {
        Instant at = entry.recorded().at();
        Event event = entry.recorded().event();
        String train = entry.stream().startsWith("train/") ? ItemViews.owner(entry.stream()) : "";
        if (event instanceof Event.TrainPaused e) {
            return new View.Deed(at, e.user(), "PAUSED", train, List.of(), e.reason());
        } else if (event instanceof Event.TrainResumed e) {
            return new View.Deed(at, e.user(), "RESUMED", train, List.of(), "");
        } else if (event instanceof Event.ReleasesHeld e) {
            return new View.Deed(at, e.user(), "HELD", train, List.of(), e.reason());
        } else if (event instanceof Event.ReleasesFreed e) {
            return new View.Deed(at, e.user(), "FREED", train, List.of(), "");
        } else if (event instanceof Event.ChangePrioritised e) {
            return new View.Deed(
                    at, e.user(), "PRIORITISED", train, List.of(e.change()), "", build(List.of(e.change())));
        } else if (event instanceof Event.RunForced e) {
            return new View.Deed(at, e.user(), "FORCED", train, e.changes(), "", build(e.changes()));
        } else if (event instanceof Event.ReleaseMade e) {
            return new View.Deed(
                    at,
                    e.user().orElse(""),
                    "ROLLED_BACK",
                    e.owner(),
                    List.of(e.rollbackOf()),
                    e.reason().orElse(""));
        } else if (event instanceof Event.ListClosed e) {
            return new View.Deed(
                    at,
                    e.user().orElse(""),
                    "DEPARTED",
                    train,
                    List.of(),
                    e.reason().orElse(""));
        }
        return ofOthers(at, event);
    }

    /** What is not done to a train or its changes. */
    private static View.Deed ofOthers(Instant at, Event event) {
        if (event instanceof Event.ImageBlocked e) {
            return new View.Deed(at, e.user(), "BLOCKED", e.release(), List.of(e.service()), e.reason());
        } else if (event instanceof Event.ImageUnblocked e) {
            return new View.Deed(
                    at, e.user(), "UNBLOCKED", "", List.of(e.digest().value()), "");
        } else if (event instanceof Event.ReleaseNoted e) {
            String what = e.mark().equals(Provenance.GOOD) ? "MARKED_GOOD" : "NOTED";
            return new View.Deed(at, e.user(), what, "", List.of(e.release()), e.text());
        } else if (event instanceof Event.ContractWaived e) {
            List<String> what = List.of(e.service(), e.image().value());
            return new View.Deed(at, e.user(), "WAIVED", "", what, e.reason());
        } else if (event instanceof Event.ConfigurationChanged e) {
            return new View.Deed(
                    at,
                    e.user(),
                    "CONFIGURED",
                    "",
                    e.parts().stream().map(AuditViews::part).toList(),
                    "");
        }
        throw new IllegalArgumentException("Nobody does " + event + " by hand");
    }

    /** The first one's, since who may not see it is told neither who did it nor to whom. */
    private String build(List<String> changes) {
        return changes.isEmpty()
                ? ""
                : store.requests(changes.subList(0, 1)).stream()
                        .findFirst()
                        .map(entry -> entry.origin().build())
                        .orElse("");
    }

    /** As in {@code train shop changed: largestBatch, policy}. */
    private static String part(ConfigurationPart part) {
        return part.kind()
                + (part.name().isEmpty() ? "" : " " + part.name())
                + " " + part.change().name().toLowerCase(Locale.ROOT)
                + (part.fields().isEmpty() ? "" : ": " + String.join(", ", part.fields()));
    }
}
