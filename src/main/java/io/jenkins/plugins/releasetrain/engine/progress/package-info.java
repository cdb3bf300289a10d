/** How far work is that is under way in this process; kept in memory alone. */
package io.jenkins.plugins.releasetrain.engine.progress;
