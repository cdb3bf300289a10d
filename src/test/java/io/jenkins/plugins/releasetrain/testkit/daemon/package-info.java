/** A Docker Engine of HTTP alone, which pushes sample images for real. */
package io.jenkins.plugins.releasetrain.testkit.daemon;
