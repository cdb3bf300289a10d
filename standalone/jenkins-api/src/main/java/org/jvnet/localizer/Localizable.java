package org.jvnet.localizer;

import java.io.Serializable;

public class Localizable implements Serializable {
    private static final long serialVersionUID = 1;

    public Localizable(ResourceBundleHolder holder, String key, Object... args) {}
}
