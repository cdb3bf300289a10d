/** What people do with trains through the web. */
package io.jenkins.plugins.releasetrain.pages;
