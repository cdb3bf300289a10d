package jakarta.servlet;

import java.io.IOException;

public interface ServletResponse {
    void setContentType(String type);

    boolean isCommitted();

    void reset();

    ServletOutputStream getOutputStream() throws IOException;
}
