/** What people do with trains and images by hand, and what each of it will do, for whichever host shows it. */
package io.jenkins.plugins.releasetrain.engine.operation;
