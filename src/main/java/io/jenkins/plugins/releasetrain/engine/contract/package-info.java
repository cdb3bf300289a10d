/**
 * Contracts of services: what an image promises to those around it, attached to it in the registry, and compared with what
 * production runs (design §13). Checkers are pure and bounded; everything that needs a tool of its own runs on an agent.
 */
package io.jenkins.plugins.releasetrain.engine.contract;
