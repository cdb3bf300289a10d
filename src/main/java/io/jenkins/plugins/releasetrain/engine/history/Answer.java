package io.jenkins.plugins.releasetrain.engine.history;

/**
 * What a request is answered with, for whichever server asks.
 *
 * @param status 200, 304, 400, 404, 405 or 503
 * @param type of the content
 * @param etag empty where there is none
 * @param body UTF-8; empty for 304
 */
public record Answer(int status, String type, String etag, byte[] body) {
    public static final String JSON = "application/json;charset=UTF-8";

    public Answer(int status, String etag, byte[] body) {
        this(status, JSON, etag, body);
    }
}
