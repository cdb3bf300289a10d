/**
 * The main job: a shop's releases on embedded or real parts. {@link io.jenkins.plugins.releasetrain.demo.Story} says what
 * happens; what comes of it is decided by the engine and by tests that look at what runs.
 */
package io.jenkins.plugins.releasetrain.demo;
