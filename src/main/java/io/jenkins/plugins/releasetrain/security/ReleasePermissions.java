package io.jenkins.plugins.releasetrain.security;

import hudson.Extension;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.security.Permission;
import hudson.security.PermissionGroup;
import hudson.security.PermissionScope;
import jenkins.model.Jenkins;
import org.jvnet.localizer.Localizable;
import org.jvnet.localizer.ResourceBundleHolder;

/** Who may do what (design §10). Texts are in the properties beside this class. */
@Extension
public final class ReleasePermissions {
    public static final PermissionGroup GROUP = new PermissionGroup(ReleasePermissions.class, text("group"));

    /** See trains, releases and their history. */
    public static final Permission VIEW = permission("View", "view", Jenkins.READ);

    /** Let builds that run as somebody ride a train or run a lane. */
    public static final Permission RUN = permission("Run", "run", Jenkins.ADMINISTER);

    /** Pause and resume trains; take changes off, let them go first, force them. */
    public static final Permission MANAGE = permission("Manage", "manage", Jenkins.ADMINISTER);

    /** Copy images to a production registry. */
    public static final Permission PROMOTE = permission("Promote", "promote", Jenkins.ADMINISTER);

    /** Install and promote an earlier release again. */
    public static final Permission ROLLBACK = permission("Rollback", "rollback", Jenkins.ADMINISTER);

    /** Change registries, environments, trains and the store. */
    public static final Permission CONFIGURE = permission("Configure", "configure", Jenkins.ADMINISTER);

    private static Permission permission(String name, String key, Permission impliedBy) {
        return new Permission(GROUP, name, text(key), impliedBy, PermissionScope.JENKINS);
    }

    private static Localizable text(String key) {
        return new Localizable(ResourceBundleHolder.get(ReleasePermissions.class), key);
    }

    /** Makes the permissions known before an authorization strategy that names them is loaded. */
    @Initializer(before = InitMilestone.SYSTEM_CONFIG_LOADED, after = InitMilestone.PLUGINS_STARTED)
    public static void register() {
        // Static fields are initialised by the call.
    }
}
