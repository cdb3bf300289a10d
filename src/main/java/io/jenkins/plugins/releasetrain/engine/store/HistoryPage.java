package io.jenkins.plugins.releasetrain.engine.store;

import java.util.List;
import java.util.Optional;

/**
 * Part of the history, newest first.
 *
 * @param next where to go on; present with fewer items than asked for (or none) where the search was cut short, so that
 *     a page costs no more however rare its items are
 */
public record HistoryPage(List<Item> items, Optional<Long> next) {}
