package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;

/**
 * One difference between two versions of a contract that somebody who relies on the older one may notice.
 *
 * @param rule id in the field's own words, such as {@code response-property-became-optional} (oasdiff) or
 *     {@code FIELD_SAME_TYPE} (buf)
 * @param file name of the contract's file
 * @param location within the file, such as {@code GET /carts/{id} 200 application/json /total}
 * @param line in the newer file or, for what was removed, in the older one; from 1; 0: not known
 * @param message one sentence in plain words, without control characters
 */
public record Finding(Severity severity, String rule, String file, String location, int line, String message) {}
