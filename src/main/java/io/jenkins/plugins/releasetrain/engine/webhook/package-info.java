/** Tells other systems what happened: CloudEvents over HTTP, signed, at least once. */
package io.jenkins.plugins.releasetrain.engine.webhook;
