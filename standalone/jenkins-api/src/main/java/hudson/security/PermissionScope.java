package hudson.security;

public final class PermissionScope {
    public static final PermissionScope JENKINS = null;

    private PermissionScope() {}
}
