/** What pages show: the JSON API over the store, its view models, and the pages that read it. */
package io.jenkins.plugins.releasetrain.engine.history;
