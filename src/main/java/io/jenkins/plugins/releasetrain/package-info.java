/** The Jenkins layer: steps, configuration and pages around {@code engine}. */
package io.jenkins.plugins.releasetrain;
