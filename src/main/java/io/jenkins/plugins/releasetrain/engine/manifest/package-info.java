/** A release's set in the forms that other installers read, and as an object of a registry. */
package io.jenkins.plugins.releasetrain.engine.manifest;
