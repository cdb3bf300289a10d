/**
 * Who is to blame for a failed run: a change, the environment, or chance (design §6a). Pure functions over a timeline of
 * runs, for trains and lanes alike, and for the simulator.
 */
package io.jenkins.plugins.releasetrain.engine.blame;
