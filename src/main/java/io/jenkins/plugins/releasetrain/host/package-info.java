/** Wires the engine to Jenkins: configuration to ports, waiting builds to trains and lanes. */
package io.jenkins.plugins.releasetrain.host;
