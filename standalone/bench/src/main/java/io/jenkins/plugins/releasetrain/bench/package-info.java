/** Benchmarks of what the engine does in bulk, each against a yardstick in the same run. */
package io.jenkins.plugins.releasetrain.bench;
