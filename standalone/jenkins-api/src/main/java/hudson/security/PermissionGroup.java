package hudson.security;

import org.jvnet.localizer.Localizable;

public final class PermissionGroup {
    public final Localizable title;

    public PermissionGroup(Class<?> owner, Localizable title) {
        this.title = title;
    }
}
