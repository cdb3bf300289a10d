package jakarta.servlet;

import java.io.IOException;
import java.util.Locale;

public interface ServletRequest {
    String getParameter(String name);

    Locale getLocale();

    ServletInputStream getInputStream() throws IOException;

    Object getAttribute(String name);

    void setAttribute(String name, Object value);
}
