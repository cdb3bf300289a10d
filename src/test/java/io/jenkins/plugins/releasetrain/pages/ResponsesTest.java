package io.jenkins.plugins.releasetrain.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.kohsuke.stapler.StaplerResponse2;

/** A response as servers have it: with a buffer, and the rest gone. */
class ResponsesTest {
    private static final int BUFFER = 100;

    private final Map<String, Object> head = new TreeMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status = 200;

    private final StaplerResponse2 response = (StaplerResponse2) Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {StaplerResponse2.class},
            (proxy, method, values) -> called(method, values));

    private Object called(Method method, Object[] values) {
        switch (method.getName()) {
            case "setStatus" -> status = (Integer) values[0];
            case "setHeader" -> head.put((String) values[0], values[1]);
            case "setContentType" -> head.put("Content-Type", values[0]);
            case "isCommitted" -> {
                return body.size() > BUFFER;
            }
            case "reset" -> {
                head.clear();
                body.reset();
            }
            case "getOutputStream" -> {
                return stream();
            }
            default -> throw new UnsupportedOperationException(method.getName());
        }
        return null;
    }

    private ServletOutputStream stream() {
        return new ServletOutputStream() {
            @Override
            public void write(int one) {
                body.write(one);
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private void send(int bytesBefore) throws IOException {
        Responses.download(response, "application/gzip", "all.gz", out -> {
            out.write(new byte[bytesBefore]);
            throw new EngineException(FailureKind.UNAVAILABLE, "the store does not answer");
        });
    }

    @Test
    void whatFailsBeforeAnythingWasSentSaysWhy() throws IOException {
        send(10);

        assertThat(status).isEqualTo(503);
        assertThat(body.toString(StandardCharsets.UTF_8)).isEqualTo("{\"error\":\"the store does not answer\"}");
        assertThat(head)
                .containsEntry("Content-Type", "application/json;charset=UTF-8")
                .doesNotContainKey("Content-Disposition");
    }

    @Test
    void aPartIsNeverTakenForTheWhole() {
        assertThatThrownBy(() -> send(BUFFER + 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("all.gz");
        assertThat(status).isEqualTo(200);
    }

    @Test
    void whatIsWellIsSent() throws IOException {
        Responses.download(response, "application/gzip", "all.gz", out -> out.write(1));

        assertThat(body.toByteArray()).containsExactly(1);
        assertThat(head).containsEntry("Content-Disposition", "attachment; filename=\"all.gz\"");
    }
}
