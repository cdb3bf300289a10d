/** What builds and jobs show of their images. */
package io.jenkins.plugins.releasetrain.actions;
