package org.kohsuke.stapler;

import jakarta.servlet.ServletException;
import net.sf.json.JSONObject;

public interface StaplerRequest2 {
    String getContextPath();

    JSONObject getSubmittedForm() throws ServletException;

    void bindJSON(Object bean, JSONObject source);
}
