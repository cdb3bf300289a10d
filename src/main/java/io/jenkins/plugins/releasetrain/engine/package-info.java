/**
 * The engine: mono and micro releases without any Jenkins type.
 *
 * <p>Decisions are pure functions over the plain values of {@code model}; input and output sit behind the ports of
 * {@code registry}, {@code cluster}, {@code lock} and {@code store}. Clock, ids, sleeper and executor are passed in.
 */
package io.jenkins.plugins.releasetrain.engine;
