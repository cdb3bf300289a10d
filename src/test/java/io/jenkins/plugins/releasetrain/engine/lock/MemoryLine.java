package io.jenkins.plugins.releasetrain.engine.lock;

import io.jenkins.plugins.releasetrain.engine.store.WaitingLine;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The line of one store, which several processes may share. */
final class MemoryLine implements WaitingLine {
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Map<String, Duration> held = new HashMap<>();

    @Override
    public synchronized List<Place> places() {
        return List.copyOf(places.values());
    }

    @Override
    public synchronized void join(Request request) {
        places.compute(
                request.id(),
                (id, before) ->
                        before == null ? new Place(request, 1) : new Place(before.request(), before.renewals() + 1));
    }

    @Override
    public synchronized void leave(String id) {
        places.remove(id);
    }

    @Override
    public synchronized boolean drop(String id, long renewals) {
        Place place = places.get(id);
        return place != null && place.renewals() == renewals && places.remove(id) != null;
    }

    @Override
    public synchronized void held(String mode, Duration took) {
        held.put(mode, took);
    }

    @Override
    public synchronized Map<String, Duration> typical() {
        return Map.copyOf(held);
    }
}
