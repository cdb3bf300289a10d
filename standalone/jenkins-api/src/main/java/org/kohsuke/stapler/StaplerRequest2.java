package org.kohsuke.stapler;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import net.sf.json.JSONObject;

public interface StaplerRequest2 extends HttpServletRequest {
    String getContextPath();

    JSONObject getSubmittedForm() throws ServletException;

    <T> T bindJSON(Class<T> type, JSONObject json);

    void bindJSON(Object bean, JSONObject source);

    String getRestOfPath();

    String getOriginalRestOfPath();

    <T> T findAncestorObject(Class<T> type);

    RequestDispatcher getView(Object it, String viewName) throws IOException;
}
