/** What images say of themselves, read in the background. */
package io.jenkins.plugins.releasetrain.engine.image;
