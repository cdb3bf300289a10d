/**
 * What would happen: trains and lanes under a virtual clock, with the train's own policy code ({@code TrialPolicy},
 * {@code Evidence}, {@code Statistics}) and, for comparison, what other queues do.
 */
package io.jenkins.plugins.releasetrain.engine.simulation;
