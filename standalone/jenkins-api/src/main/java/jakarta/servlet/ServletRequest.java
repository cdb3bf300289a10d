package jakarta.servlet;

import java.util.Locale;

public interface ServletRequest {
    String getParameter(String name);

    Locale getLocale();
}
