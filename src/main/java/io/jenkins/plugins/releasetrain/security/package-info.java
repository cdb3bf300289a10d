/** Permissions. */
package io.jenkins.plugins.releasetrain.security;
