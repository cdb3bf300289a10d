package org.jvnet.localizer;

import java.io.Serializable;

public final class ResourceBundleHolder implements Serializable {
    private static final long serialVersionUID = 1;

    private ResourceBundleHolder() {}

    public static ResourceBundleHolder get(Class<?> owner) {
        throw new UnsupportedOperationException();
    }
}
