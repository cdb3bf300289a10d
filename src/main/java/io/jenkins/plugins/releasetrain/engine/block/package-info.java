/** Images that are known to be bad, for all trains and lanes of a store. */
package io.jenkins.plugins.releasetrain.engine.block;
