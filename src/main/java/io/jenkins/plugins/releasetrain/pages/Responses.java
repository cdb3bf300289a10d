package io.jenkins.plugins.releasetrain.pages;

import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import java.io.IOException;
import java.io.OutputStream;
import org.kohsuke.stapler.StaplerResponse2;

/** How answers are sent. */
final class Responses {
    private static final int UNAVAILABLE = 503;

    private Responses() {}

    static void write(StaplerResponse2 response, Answer answer) throws IOException {
        response.setStatus(answer.status());
        response.setContentType(answer.type());
        response.setHeader("Cache-Control", "no-cache");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (!answer.etag().isEmpty()) {
            response.setHeader("ETag", answer.etag());
        }
        response.getOutputStream().write(answer.body());
    }

    interface Source {
        /** @throws EngineException where the rest cannot be read */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Sends a file while it is made, so that it can fail in the middle. Says why it cannot be had where nothing of it was sent
     * yet; else Jenkins' page of an error would be written over a response whose stream is taken ("IllegalStateException:
     * STREAM").
     *
     * @throws IOException where a part was sent, so that the connection ends and nobody takes that part for the whole
     */
    static void download(StaplerResponse2 response, String type, String name, Source source) throws IOException {
        response.setContentType(type);
        response.setHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
        response.setHeader("Cache-Control", "no-store");
        try {
            source.writeTo(response.getOutputStream());
        } catch (EngineException e) {
            if (response.isCommitted()) {
                throw new IOException("What was sent of " + name + " ends in the middle", e);
            }
            response.reset();
            write(response, OperationsApi.problem(UNAVAILABLE, e.getMessage()));
        }
    }
}
