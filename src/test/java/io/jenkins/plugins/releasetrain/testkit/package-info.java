/** Embedded stand-ins for the outside world, with real HTTP: an OCI registry and a Kubernetes API. Know no engine type. */
package io.jenkins.plugins.releasetrain.testkit;
