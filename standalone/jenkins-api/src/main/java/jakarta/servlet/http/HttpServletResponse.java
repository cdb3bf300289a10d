package jakarta.servlet.http;

import jakarta.servlet.ServletResponse;
import java.io.IOException;

public interface HttpServletResponse extends ServletResponse {
    void setStatus(int status);

    void setHeader(String name, String value);

    void sendError(int status) throws IOException;
}
