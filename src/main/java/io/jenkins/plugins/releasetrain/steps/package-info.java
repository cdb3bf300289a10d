/** Pipeline steps: data, and executions that hold ids only. */
package io.jenkins.plugins.releasetrain.steps;
