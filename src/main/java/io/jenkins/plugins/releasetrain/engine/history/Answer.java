package io.jenkins.plugins.releasetrain.engine.history;

/**
 * What a request is answered with, for whichever server asks.
 *
 * @param status 200, 304, 400, 404, 405 or 503
 * @param type of the content
 * @param etag empty where there is none
 * @param body UTF-8; empty for 304
 * @param notes how notes in it are wanted, whose JSON it holds until {@link Reader} has seen to it
 */
public record Answer(int status, String type, String etag, byte[] body, NotesForm notes) {
    public static final String JSON = "application/json;charset=UTF-8";

    public Answer(int status, String type, String etag, byte[] body) {
        this(status, type, etag, body, NotesForm.JSON);
    }

    public Answer(int status, String etag, byte[] body) {
        this(status, JSON, etag, body);
    }

    Answer as(NotesForm form) {
        return new Answer(status, type, etag, body, form);
    }
}
