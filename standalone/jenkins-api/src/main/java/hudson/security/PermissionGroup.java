package hudson.security;

import java.util.List;
import org.jvnet.localizer.Localizable;

public final class PermissionGroup {
    public final Localizable title;

    public PermissionGroup(Class<?> owner, Localizable title) {
        this.title = title;
    }

    public List<Permission> getPermissions() {
        throw new UnsupportedOperationException();
    }
}
