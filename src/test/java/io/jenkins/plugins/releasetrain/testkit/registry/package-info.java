/** An OCI registry in memory, its token server, and images to put into it. */
package io.jenkins.plugins.releasetrain.testkit.registry;
