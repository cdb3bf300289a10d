/** What Java code shows to people, in their language. */
package io.jenkins.plugins.releasetrain.labels;
