package io.jenkins.plugins.releasetrain.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Overall/Administer's alone: a kind of part, or a field of one, that says where requests and credentials are sent to, who
 * may do what, or which registry is production. The rest is Release/Configure's.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD})
@interface Guarded {}
