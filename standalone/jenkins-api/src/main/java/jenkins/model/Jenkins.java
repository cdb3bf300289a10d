package jenkins.model;

import hudson.ProxyConfiguration;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Node;
import hudson.security.ACL;
import hudson.security.Permission;
import hudson.util.XStream2;
import java.io.File;
import org.springframework.security.core.Authentication;

public class Jenkins extends Node implements ItemGroup<Item> {
    public static final Authentication ANONYMOUS2 = null;
    public static final Permission ADMINISTER = null;
    public static final Permission READ = null;
    public static final XStream2 XSTREAM2 = null;

    protected Jenkins() {}

    public static Jenkins get() {
        throw new UnsupportedOperationException();
    }

    public static Authentication getAuthentication2() {
        throw new UnsupportedOperationException();
    }

    public ACL getACL() {
        throw new UnsupportedOperationException();
    }

    public String getLegacyInstanceId() {
        throw new UnsupportedOperationException();
    }

    public Item getItemByFullName(String fullName) {
        throw new UnsupportedOperationException();
    }

    public ProxyConfiguration getProxy() {
        throw new UnsupportedOperationException();
    }

    public String getRootUrl() {
        throw new UnsupportedOperationException();
    }

    public File getRootDir() {
        throw new UnsupportedOperationException();
    }

    public boolean isQuietingDown() {
        throw new UnsupportedOperationException();
    }

    public void checkPermission(Permission permission) {}

    public boolean hasPermission(Permission permission) {
        throw new UnsupportedOperationException();
    }
}
