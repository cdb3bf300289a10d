package jakarta.servlet;

import java.io.IOException;

public interface ServletResponse {
    void setContentType(String type);

    ServletOutputStream getOutputStream() throws IOException;
}
