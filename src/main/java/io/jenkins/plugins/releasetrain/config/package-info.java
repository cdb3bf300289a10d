/** The global configuration: data, its forms and their validation; no engine object lives here. */
package io.jenkins.plugins.releasetrain.config;
